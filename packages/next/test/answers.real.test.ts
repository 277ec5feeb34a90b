import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { recipes, variantsOf } from './apps.ts';
import { bearer, cookie, html, type RawRequest, send } from './raw.ts';
import { buildLimitMs, type RunningApp, startApp } from './running-app.ts';

/** The apps may have to be built before they are asked. */
const expiresInSeconds = 86_400;

let torii: Emulator;
let token: string;
let adminToken: string;
let strangerToken: string;
beforeAll(async () => {
  torii = await startEmulator();
  token = await torii.token({ userId: 'ada', expiresInSeconds });
  const organization = { id: 'acme', role: 'org:administrator' };
  adminToken = await torii.token({ userId: 'root', organization, expiresInSeconds });
  strangerToken = await torii.token({ userId: 'ada', signedBy: 'stranger', expiresInSeconds });
});
afterAll(() => torii.stop());

describe.each(variantsOf())('%s', (variant) => {
  const guarded = recipes[variant].entrance !== 'none';
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp(variant, { issuer: torii.issuer });
    // The first page loads its code, which may take longer than it waits for keys.
    const ready = { headers: [html, cookie(token)] };
    const patience = { timeout: 120_000, interval: 200 };
    await vi.waitFor(async () => expect((await send(app.url, '/private', ready)).status).toBe(200), patience);
    app.takeVisits();
  }, buildLimitMs);
  afterAll(() => app?.[Symbol.asyncDispose]());

  const ask = (path: string, request: RawRequest = {}) => send(app.url, path, request);
  // Next 15 takes 127.0.0.1 for localhost in whatever its middleware redirects to.
  const ownAddress = (location: string | null) =>
    [app.url, app.url.replace('127.0.0.1', 'localhost')].includes(new URL(location ?? '', app.url).origin);

  test('[14] a cookie counts on a link from elsewhere, and not on what another site has the browser post', async () => {
    const link = await ask('/private', {
      headers: [html, cookie(token), ['Sec-Fetch-Site', 'cross-site'], ['Sec-Fetch-Mode', 'navigate']],
    });
    expect(link.status).toBe(200);
    const viaProxy = await ask('/private', {
      headers: [
        ...[html, cookie(token)],
        ...([
          ['Sec-Fetch-Site', 'cross-site'],
          ['Sec-Fetch-Mode', 'navigate'],
          ['Content-Length', '0'],
        ] as const),
      ],
    });
    expect(viaProxy.status).toBe(200);
    for (const path of ['/me', '/api/legacy']) {
      for (const headers of [[], [['Origin', 'https://evil.test']], [['Origin', 'null']]] as const) {
        expect((await ask(path, { method: 'POST', headers: [cookie(token), ...headers] })).status).toBe(401);
      }
      const own = await ask(path, { method: 'POST', headers: [cookie(token), ['Origin', app.url]] });
      expect(own.status).toBe(200);
    }
    app.takeVisits();
  });

  test.each<[string, string, readonly (readonly [string, string])[]]>([
    ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method): [string, string, [string, string][]][] => [
      [
        'a script of a sibling, its Origin lost',
        method,
        [
          ['Sec-Fetch-Site', 'same-site'],
          ['Sec-Fetch-Mode', 'no-cors'],
        ],
      ],
      [
        'a script of another site, its Origin lost',
        method,
        [
          ['Sec-Fetch-Site', 'cross-site'],
          ['Sec-Fetch-Mode', 'cors'],
        ],
      ],
      ['another site, in a way of its own', method, [['Sec-Fetch-Site', 'cross-site']]],
    ]),
    [
      'a form of another site',
      'POST',
      [
        ['Origin', 'null'],
        ['Sec-Fetch-Site', 'cross-site'],
        ['Sec-Fetch-Mode', 'navigate'],
      ],
    ],
    [
      'a form, its Origin lost',
      'POST',
      [
        ['Content-Type', 'text/plain'],
        ['Sec-Fetch-Site', 'cross-site'],
        ['Sec-Fetch-Mode', 'navigate'],
      ],
    ],
    ['the host of our origin on another port', 'POST', [['Origin', 'http://127.0.0.1:1']]],
  ])('[14] `auth` takes no cookie for an effect from %s: %s', async (_name, method, headers) => {
    // Without a body, browsers send its length all the same.
    const body = method === 'GET' ? {} : { body: '' };
    const { status } = await ask('/api/effect', { method, headers: [cookie(token), ...headers], ...body });
    expect([status, app.takeVisits()]).toEqual([401, []]);
  });

  test('[14] `auth` takes the cookie where a person came, or a page of the app asked', async () => {
    for (const [method, headers] of [
      ['GET', []],
      [
        'GET',
        [
          ['Sec-Fetch-Site', 'none'],
          ['Sec-Fetch-Mode', 'navigate'],
        ],
      ],
      [
        'GET',
        [
          ['Sec-Fetch-Site', 'cross-site'],
          ['Sec-Fetch-Mode', 'navigate'],
          ['Sec-Fetch-Dest', 'iframe'],
        ],
      ],
      [
        'GET',
        [
          ['Sec-Fetch-Site', 'same-origin'],
          ['Sec-Fetch-Mode', 'cors'],
        ],
      ],
      [
        'DELETE',
        [
          ['Origin', app.url],
          ['Sec-Fetch-Site', 'same-origin'],
        ],
      ],
    ] as const) {
      const { status } = await ask('/api/effect', { method, headers: [cookie(token), ...headers] });
      expect([method, status]).toEqual([method, 200]);
    }
    app.takeVisits();
  });

  test('[20] nothing that `force-static` would keep for everybody is made for anybody', async () => {
    for (const headers of [[html], [html, cookie(adminToken)], [html, cookie(token)]] as const) {
      for (const path of ['/kept/auth', '/kept/protect', '/api/kept/one']) {
        const { status, body } = await ask(path, { headers });
        // Where a proxy stands in front, it has an answer for strangers.
        if (guarded && headers.length === 1) continue;
        expect([path, status, /kept for|userId/.test(body)]).toEqual([path, 500, false]);
      }
    }
    expect(app.output()).toContain("`dynamic = 'force-static'`");
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

describe.each(variantsOf().filter((variant) => variant !== 'Next 16, middleware.ts'))('%s, without keys', (variant) => {
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
});

test.each(
  variantsOf()
    .filter((variant) => recipes[variant].entrance === 'none')
    .flatMap((variant) => [[variant, false] as const, [variant, true] as const]),
)(
  '[12] keys are fetched afresh also where a page has Next keep every fetch for good: %s, by a fetch of its own: %s',
  async (variant, ownFetch) => {
    await using issuer = await startEmulator();
    const token = await issuer.token({ userId: 'ada', expiresInSeconds });
    for (const processes of [1, 2]) {
      await using app = await startApp(variant, { issuer: issuer.issuer, ownFetch });
      const { body } = await send(app.url, '/remembered', { headers: [html, cookie(token)] });
      expect([body.includes('ada'), issuer.requests.keys]).toEqual([true, processes]);
    }
  },
  buildLimitMs,
);
