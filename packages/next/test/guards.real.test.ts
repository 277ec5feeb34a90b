import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtApp, recipes, type Variant } from './apps.ts';
import { bearer, cookie, html, type RawRequest, send } from './raw.ts';
import { type RunningApp, startApp } from './running-app.ts';

const buildLimitMs = 240_000;

let torii: Emulator;
let other: Emulator;
let token: string;
let adminToken: string;
let strangerToken: string;
beforeAll(async () => {
  [torii, other] = await Promise.all([startEmulator(), startEmulator()]);
  token = await torii.token({ userId: 'ada' });
  adminToken = await torii.token({ userId: 'root', organization: { id: 'acme', role: 'org:administrator' } });
  strangerToken = await torii.token({ userId: 'ada', signedBy: 'stranger' });
});
afterAll(async () => void (await Promise.all([torii.stop(), other.stop()])));

/** [19] What a stranger may send in the hope that one layer trusts it. */
const forged: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  ['nothing at all', []],
  ['a page load', [html]],
  [
    'x-middleware-subrequest of Next 13 to 15',
    [['x-middleware-subrequest', 'middleware:middleware:middleware:middleware:middleware']],
  ],
  [
    'x-middleware-subrequest of an app in src',
    [['x-middleware-subrequest', 'src/middleware:src/middleware:src/middleware:src/middleware:src/middleware']],
  ],
  ['x-middleware-subrequest of proxy.ts', [['x-middleware-subrequest', 'proxy:proxy:proxy:proxy:proxy']]],
  ['x-middleware-subrequest-id', [['x-middleware-subrequest-id', '0']]],
  ['x-middleware-next', [['x-middleware-next', '1']]],
  ['x-middleware-rewrite', [['x-middleware-rewrite', '/welcome']]],
  ['x-middleware-invoke', [['x-middleware-invoke', '1']]],
  ['x-middleware-set-cookie', [['x-middleware-set-cookie', '__Host-torii_token={good}; Path=/']]],
  [
    'x-middleware-override-headers',
    [
      ['x-middleware-override-headers', 'authorization'],
      ['x-middleware-request-authorization', 'Bearer {good}'],
    ],
  ],
  [
    'x-middleware-prefetch',
    [
      ['x-middleware-prefetch', '1'],
      ['purpose', 'prefetch'],
    ],
  ],
  [
    'x-invoke-path',
    [
      ['x-invoke-path', '/welcome'],
      ['x-invoke-status', '200'],
      ['x-invoke-output', '/private'],
    ],
  ],
  [
    'x-matched-path',
    [
      ['x-matched-path', '/private'],
      ['x-now-route-matches', '1=private'],
    ],
  ],
  ['x-nextjs-data', [['x-nextjs-data', '1']]],
  ['x-prerender-revalidate', [['x-prerender-revalidate', '1']]],
  [
    'x-torii-auth',
    [
      ['x-torii-auth', '{"userId":"ada"}'],
      ['x-torii-token', '{good}'],
      ['x-torii-user-id', 'ada'],
    ],
  ],
  [
    'x-original-url',
    [
      ['x-original-url', '/welcome'],
      ['x-rewrite-url', '/welcome'],
      ['x-forwarded-uri', '/welcome'],
    ],
  ],
  [
    'x-forwarded-host',
    [
      ['x-forwarded-host', 'localhost'],
      ['x-forwarded-for', '127.0.0.1'],
      ['x-real-ip', '127.0.0.1'],
    ],
  ],
  ['rsc', [['rsc', '1']]],
  [
    'an RSC prefetch',
    [
      ['rsc', '1'],
      ['next-router-prefetch', '1'],
      ['next-url', '/welcome'],
    ],
  ],
  [
    'an RSC prefetch of a segment',
    [
      ['rsc', '1'],
      ['next-router-prefetch', '1'],
      ['next-router-segment-prefetch', '/private/__PAGE__'],
    ],
  ],
  [
    'an RSC prefetch of the tree',
    [
      ['rsc', '1'],
      ['next-router-prefetch', '2'],
      ['next-router-segment-prefetch', '/_tree'],
    ],
  ],
  [
    'a state tree',
    [
      ['rsc', '1'],
      ['next-router-state-tree', '%5B%22%22%2C%7B%7D%5D'],
    ],
  ],
  ['next-action', [['next-action', '{action}']]],
  ['a bad token', [['Authorization', 'Bearer a.b.c']]],
  ["a stranger's token", [['Authorization', 'Bearer {stranger}']]],
  ["a stranger's cookie", [['Cookie', '__Host-torii_token={stranger}']]],
  ["another issuer's cookie", [['Cookie', '__Host-torii_token={other}']]],
  ['an expired cookie', [['Cookie', '__Host-torii_token={expired}']]],
  ['two cookies of one name', [['Cookie', '__Host-torii_token={good}; __Host-torii_token={good}']]],
  ['a cookie without its prefix', [['Cookie', 'torii_token={good}']]],
  [
    'a good cookie beside a bad header',
    [
      ['Authorization', 'Basic YTpi'],
      ['Cookie', '__Host-torii_token={good}'],
    ],
  ],
];

/** URLs behind which Next keeps the same pages in other shapes. */
const disguises = [
  '/private.rsc',
  '/private?_rsc=1',
  '/private.prefetch.rsc',
  '/private.segments/_tree.segment.rsc',
  '/private.segments/private/__PAGE__.segment.rsc',
  '/private.json',
  '/_next/data/{build}/private.json',
  '/_next/data/{build}/legacy.json',
  '/_next/data/build/legacy.json',
  '/_next/../private',
  '/_next/static/../../private',
  '/welcome/../private',
  '/welcome/..%2fprivate',
  '/%70rivate',
  '/private/',
  '//private',
  '/./private',
  '/private%00',
  '/private;x=1',
  '/PRIVATE',
  '/_next/image?url=%2Fprivate&w=640&q=75',
];

describe.each(Object.keys(recipes) as Variant[])('%s', (variant) => {
  const guarded = recipes[variant].entrance !== 'none';
  let app: RunningApp;
  let actions: readonly string[];
  let fill: (text: string) => string;
  beforeAll(async () => {
    app = await startApp(variant, { issuer: torii.issuer });
    const folder = await builtApp(variant);
    actions = actionIds(folder);
    const values: Readonly<Record<string, string>> = {
      good: token,
      stranger: strangerToken,
      other: await other.token({ userId: 'ada' }),
      expired: await torii.token({ userId: 'ada', expiresInSeconds: -600 }),
      action: actions[0] ?? '',
      build: readFileSync(join(folder, '.next', 'BUILD_ID'), 'utf8'),
    };
    fill = (text) => text.replace(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '');
  }, buildLimitMs);
  afterAll(() => app?.[Symbol.asyncDispose]());

  const ask = (path: string, request: RawRequest = {}) => {
    const headers = request.headers?.map(([name, value]) => [name, fill(value)] as const);
    return send(app.url, fill(path), { ...request, ...(headers && { headers }) });
  };
  // Next 15 takes 127.0.0.1 for localhost in whatever its middleware redirects to.
  const ownAddress = (location: string | null) =>
    [app.url, app.url.replace('127.0.0.1', 'localhost')].includes(new URL(location ?? '', app.url).origin);
  const protectedPaths = ['/private', '/admin-page', '/legacy', '/api/legacy', '/me', '/admin', '/remembered'];

  test('lets those in who may', async () => {
    const page = await ask('/private', { headers: [html, cookie(token)] });
    expect([page.status, page.body.includes('protected-bytes')]).toEqual([200, true]);
    expect((await ask('/me', { headers: [bearer(token)] })).body).toBe('{"handler":"rest","userId":"ada"}');
    expect((await ask('/admin-page', { headers: [html, cookie(adminToken)] })).body).toContain('protected-bytes');
    expect((await ask('/legacy', { headers: [html, cookie(token)] })).body).toContain('protected-bytes');
    expect((await ask('/api/legacy', { headers: [bearer(token)] })).body).toBe('{"userId":"ada"}');
    expect(app.takeVisits().toSorted()).toEqual(['admin page', 'legacy api', 'legacy page', 'page', 'rest']);
    expect((await ask('/welcome', { headers: [html] })).body).toContain('Hello, stranger');
  });

  test.each(forged)('[19] gives no protected byte for %s', async (_name, headers) => {
    for (const path of protectedPaths) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const { body, status } = await ask(path, { method, headers });
        expect([path, method, status, /protected-bytes|\b(?:ada|root)\b/.test(body)]).toEqual([
          path,
          method,
          status,
          false,
        ]);
      }
    }
    expect(app.takeVisits()).toEqual([]);
  });

  test.each(disguises)('[19] [21] gives no protected byte at %s', async (path) => {
    for (const headers of [[], [html], [['rsc', '1']], [['x-nextjs-data', '1']]] as const) {
      const { body } = await ask(path, { headers });
      expect(body).not.toContain('protected-bytes');
    }
    expect(app.takeVisits()).toEqual([]);
  });

  test.each(forged)('[19] no action has an effect for %s', async (_name, headers) => {
    expect(actions).toHaveLength(2);
    for (const action of actions) {
      // As the router calls it, and as a form does without JavaScript; at its own page, at another, and at a public one.
      for (const path of ['/private', '/welcome', '/sign-in']) {
        const called = await ask(path, {
          method: 'POST',
          headers: [
            ['Content-Type', 'text/plain;charset=UTF-8'],
            ...headers.filter(([name]) => name !== 'next-action'),
            ['next-action', action],
          ],
          body: '[]',
        });
        const boundary = 'torii';
        const submitted = await ask(path, {
          method: 'POST',
          headers: [['Content-Type', `multipart/form-data; boundary=${boundary}`], ...headers],
          body: `--${boundary}\r\nContent-Disposition: form-data; name="$ACTION_ID_${action}"\r\n\r\n\r\n--${boundary}--\r\n`,
        });
        for (const { body } of [called, submitted]) expect(body).not.toContain('protected-bytes');
      }
    }
    expect(app.takeVisits()).toEqual([]);
  });

  test('[14] [19] an action runs for a page of this app, and for no other', async () => {
    const [action = ''] = actions;
    const call = (headers: readonly (readonly [string, string])[]) =>
      ask('/private', {
        method: 'POST',
        headers: [['Content-Type', 'text/plain;charset=UTF-8'], ['next-action', action], cookie(token), ...headers],
        body: '[]',
      });
    for (const headers of [
      [],
      [['Origin', 'https://evil.test']],
      [['Origin', 'null']],
      [['Sec-Fetch-Site', 'cross-site']],
    ] as const) {
      expect((await call(headers)).body).not.toContain('protected-bytes');
      expect(app.takeVisits()).toEqual([]);
    }
    const { status } = await call([
      ['Origin', app.url],
      ['Sec-Fetch-Site', 'same-origin'],
    ]);
    expect([status, app.takeVisits()]).toEqual([200, expect.arrayContaining(['action ada'])]);
  });

  test('[14] a cookie counts on a link from elsewhere, and not on what another site has the browser post', async () => {
    const link = await ask('/private', {
      headers: [html, cookie(token), ['Sec-Fetch-Site', 'cross-site'], ['Sec-Fetch-Mode', 'navigate']],
    });
    expect(link.status).toBe(200);
    for (const path of ['/me', '/api/legacy']) {
      for (const headers of [[], [['Origin', 'https://evil.test']], [['Origin', 'null']]] as const) {
        expect((await ask(path, { method: 'POST', headers: [cookie(token), ...headers] })).status).toBe(401);
      }
      const own = await ask(path, { method: 'POST', headers: [cookie(token), ['Origin', app.url]] });
      expect(own.status).toBe(200);
    }
    app.takeVisits();
  });

  test('[20] answers that depend on who asks are kept by no cache', async () => {
    for (const path of ['/me', '/admin', '/private', '/remembered', '/admin-page']) {
      for (const headers of [[], [html], [bearer(token)], [html, cookie(token)]] as const) {
        const { headers: received } = await ask(path, { headers });
        expect(received.get('cache-control')).toMatch(/private.*no-store/);
      }
    }
    expect((await ask('/me', { headers: [bearer(token)] })).headers.get('vary')).toMatch(/Authorization, Cookie/);
    expect((await ask('/me')).headers.get('vary')).toMatch(/Authorization, Cookie/);
    // A proxy says it first, and Next lets the first one win.
    const own = await ask('/api/own-caching', { headers: [bearer(token)] });
    expect(own.headers.get('cache-control')).toBe(guarded ? 'private, no-store' : 'private, max-age=5');
    expect((await ask('/remembered', { headers: [cookie(adminToken)] })).body).toContain('root');
    expect((await ask('/remembered', { headers: [cookie(token)] })).body).not.toContain('root');
    app.takeVisits();
  });

  test('a page sends people to the sign-in page, and back to where they were', async () => {
    const { status, headers } = await ask('/private?x=%2F%2Fevil.test', { headers: [html] });
    expect(status).toBe(307);
    const { pathname, search } = new URL(headers.get('location') ?? '', app.url);
    // Without a proxy the page says where it is: it cannot see its own address.
    const expected = guarded ? '/private?x=%2F%2Fevil.test' : '/private?tab=1';
    expect([pathname, new URLSearchParams(search).get('return_to')]).toEqual(['/sign-in', expected]);
    expect(ownAddress(headers.get('location'))).toBe(true);
  });

  test('[20] no return address leads elsewhere', async () => {
    for (const path of ['//evil.test/x', '/\\evil.test', '/%5C%5Cevil.test', '/private/..//evil.test']) {
      const { headers } = await ask(path, { headers: [html] });
      const location = headers.get('location');
      if (location === null) continue;
      expect(ownAddress(location)).toBe(true);
      const back = new URL(location, app.url).searchParams.get('return_to');
      if (back !== null) expect(new URL(back, app.url).origin).toBe(app.url);
    }
  });

  test('refuses API calls with JSON', async () => {
    for (const [headers, status, reason] of [
      [[], 401, 'token_missing'],
      [[['Accept', 'application/json']], 401, 'token_missing'],
      [[bearer(strangerToken)], 401, 'signature_invalid'],
    ] as const) {
      const answer = await ask('/admin', { headers });
      expect([answer.status, JSON.parse(answer.body).error.reason]).toEqual([status, reason]);
    }
    const forbidden = await ask('/admin', { headers: [bearer(token)] });
    expect([forbidden.status, JSON.parse(forbidden.body).error.reason]).toEqual([403, 'not_allowed']);
  });

  test('a check that refuses is told to error.tsx by its reason, with no protected byte', async () => {
    const { status, body } = await ask('/admin-page', { headers: [html, cookie(token)] });
    expect(status).toBe(500);
    expect(body).toContain('torii.not_allowed');
    expect(body).not.toMatch(/protected-bytes|org:administrator/);
    expect(app.takeVisits()).toEqual([]);
  });

  test.runIf(guarded)('[21] lets nobody in where nothing is said, also at a page that is static', async () => {
    expect((await ask('/unguarded', { headers: [html] })).status).toBe(307);
    expect((await ask('/unguarded')).status).toBe(401);
    const { status, headers, body } = await ask('/unguarded', { headers: [html, cookie(token)] });
    expect([status, body.includes('static-bytes')]).toEqual([200, true]);
    // [20] Next itself would let shared caches keep this page.
    expect(headers.get('cache-control')).toBe('private, no-store');
    const signIn = await ask('/sign-in', { headers: [html] });
    expect(signIn.status).toBe(200);
    const [script = ''] = /\/_next\/static\/[^"]+\.js/.exec(signIn.body) ?? [];
    expect((await ask(script)).status).toBe(200);
  });
});

describe.each(['Next 16, proxy.ts', 'Next 16 alone', 'Next 15, middleware.ts', 'Next 15 alone'] as const)(
  '%s, without keys',
  (variant) => {
    let app: RunningApp;
    let unreachable: Emulator;
    beforeAll(async () => {
      unreachable = await startEmulator();
      unreachable.fail('keys');
      app = await startApp(variant, { issuer: unreachable.issuer });
    }, buildLimitMs);
    afterAll(async () => {
      await app?.[Symbol.asyncDispose]();
      await unreachable.stop();
    });

    test('[12] a page gets a typed error and is never redirected, a route answers 503', async () => {
      const token = await unreachable.token();
      const page = await send(app.url, '/private', { headers: [html, cookie(token)] });
      expect(page.headers.get('location')).toBeNull();
      expect(page.headers.get('cache-control')).toMatch(/no-store/);
      if (variant.endsWith('alone')) {
        expect([page.status, page.body.includes('torii.keys_unavailable')]).toEqual([500, true]);
      } else expect([page.status, page.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
      for (const path of ['/me', '/api/legacy']) {
        const { status, headers, body } = await send(app.url, path, { headers: [bearer(token)] });
        expect([status, JSON.parse(body).error.reason]).toEqual([503, 'keys_unavailable']);
        expect(headers.get('retry-after')).toMatch(/^\d+$/);
      }
      expect(app.takeVisits()).toEqual([]);
    });
  },
);

/** The ids of the fixture's actions, as an attacker reads them from a page. */
function actionIds(folder: string): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(folder, '.next/server/server-reference-manifest.json'), 'utf8'));
  return Object.keys(manifest.node);
}
