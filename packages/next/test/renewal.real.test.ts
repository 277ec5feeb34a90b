// [45] Renewal in the proxy of real apps: the attacks of answers.real.test.ts and guards.real.test.ts by a browser that has a
// session and no valid token.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasCacheComponents, recipes, variantsOf } from './apps.ts';
import { forged } from './forged-requests.ts';
import { html, type RawAnswer, type RawRequest, send } from './raw.ts';
import { buildLimitMs, isThorough, type RunningApp, startApp } from './running-app.ts';

const login = { email: 'ada@example.com', password: 'correct horse battery' };
const tokenName = '__Host-torii_token';
const sessionName = '__client_session';

type Header = readonly [string, string];
const navigation: readonly Header[] = [
  html,
  ['Sec-Fetch-Mode', 'navigate'],
  ['Sec-Fetch-Dest', 'document'],
  ['Sec-Fetch-Site', 'none'],
];

const setCookies = ({ headers }: RawAnswer) => headers.getSetCookie().map((line) => line.split(';', 1)[0] ?? '');
const renewedIn = (answer: RawAnswer) => setCookies(answer).some((pair) => pair.startsWith(`${tokenName}=`));

describe.each(variantsOf().filter((variant) => recipes[variant].entrance !== 'none'))('%s', (variant) => {
  let emulator: Emulator;
  let userId: string;
  let app: RunningApp;
  let actions: readonly string[];
  /** The cookies of a browser that has signed in and whose token cookie has ended. */
  let session: string;
  beforeAll(async () => {
    emulator = await startEmulator();
    userId = (await emulator.createUser(login)).id;
    app = await startApp(variant, { issuer: emulator.issuer, options: { renewInProxy: true } });
    session = await signIn();
    // The first request loads the page's code.
    const patience = { timeout: 120_000, interval: 200 };
    await vi.waitFor(async () => expect((await load('/private')).status).toBe(200), patience);
    app.takeVisits();
    const manifest = JSON.parse(readFileSync(join(app.folder, '.next/server/server-reference-manifest.json'), 'utf8'));
    actions = Object.keys(manifest.node).filter((id) => 'app/private/page' in manifest.node[id].workers);
    expect(actions).toHaveLength(2);
  }, buildLimitMs);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await emulator?.stop();
  });

  async function signIn(): Promise<string> {
    const headers = [['Content-Type', 'application/json']] as const;
    const body = JSON.stringify(login);
    const answer = await send(app.url, app.pathOf('/_torii/auth/login'), { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    const lines = answer.headers.getSetCookie().filter((line) => !line.includes('Max-Age=0'));
    return lines.map((line) => line.split(';', 1)[0]).join('; ');
  }

  const ask = (path: string, request: RawRequest = {}, cookie = session) =>
    send(app.url, app.pathOf(path), { ...request, headers: [...(request.headers ?? []), ['Cookie', cookie]] });
  const load = (path: string, cookie = session) => ask(path, { headers: navigation }, cookie);
  const asked = () => emulator.requests.session;

  test('[45] a page load with a session gets the page, and a token for the next one', async () => {
    const expired = await emulator.token({ userId, expiresInSeconds: -600 });
    for (const cookie of [session, `${tokenName}=${expired}; ${session}`]) {
      for (const path of [
        '/private',
        '/legacy',
        '/me',
        '/api/legacy',
        ...(hasCacheComponents(variant) ? [] : ['/remembered']),
      ]) {
        const answer = await load(path, cookie);
        expect([path, answer.status, renewedIn(answer)]).toEqual([path, 200, true]);
        expect(answer.body).toContain(userId);
        expect(answer.headers.get('cache-control')).toBe('private, no-store');
      }
    }
    app.takeVisits();
    const before = asked();
    const answer = await load('/private');
    const next = await load('/private', [session, ...setCookies(answer)].join('; '));
    expect([next.status, renewedIn(next), asked()]).toEqual([200, false, before + 1]);
    app.takeVisits();
  });

  test('[20] [45] a public page sees the user, and no cache may store it, nor a static page', async () => {
    const welcome = await load('/welcome');
    expect([
      welcome.body.includes(`Hello, <!-- -->${userId}`) || welcome.body.includes(userId),
      renewedIn(welcome),
    ]).toEqual([true, true]);
    for (const answer of [welcome, await load('/unguarded'), await load('/api/own-caching')]) {
      expect([renewedIn(answer), answer.headers.get('cache-control')]).toEqual([true, 'private, no-store']);
    }
    const stranger = await send(app.url, app.pathOf('/welcome'), { headers: navigation });
    expect([stranger.body.includes('Hello, stranger'), setCookies(stranger)]).toEqual([true, []]);
  });

  test("[16] Torii's session cookie is not shown to the app's code", async () => {
    const secret = /__client_session=([^;]+)/.exec(session)?.[1] ?? 'none';
    const renewed = await load('/api/cookies', `app=1; ${session}`);
    const shown: { cookies: { name: string; value: string }[] } = JSON.parse(renewed.body);
    const pairs = shown.cookies.map(({ name, value }) => `${name}=${value}`);
    expect(renewed.body).not.toContain(secret);
    expect([...renewed.headers.keys()].filter((name) => name.startsWith('x-middleware'))).toEqual([]);
    const [token = ''] = setCookies(renewed).filter((pair) => pair.startsWith(`${tokenName}=`));
    expect(pairs).toEqual(expect.arrayContaining(['app=1', token]));
    // With a token that is still good, and for a request that is not renewed.
    for (const headers of [navigation, [], [['Sec-Fetch-Mode', 'cors']]] as const) {
      const { status, body } = await ask('/api/cookies', { headers }, `${token}; ${session}`);
      expect([status, body.includes(secret)]).toEqual([200, false]);
    }
    const client = await ask('/_torii/client');
    expect(JSON.parse(client.body).authenticated).toBe(true);
  });

  test("requests of Next's routers get the same with a session as without one", async () => {
    const token = `${tokenName}=${await emulator.token({ userId })}`;
    const build = readFileSync(join(app.folder, '.next', 'BUILD_ID'), 'utf8');
    for (const [path, headers] of [
      ['/private', [['RSC', '1']]],
      [
        '/private',
        [
          ['RSC', '1'],
          ['Next-Router-Prefetch', '1'],
        ],
      ],
      [
        '/private',
        [
          ['RSC', '1'],
          ['Next-Router-Prefetch', '1'],
          ['Next-Router-Segment-Prefetch', '/_tree'],
        ],
      ],
      [
        '/unguarded',
        [
          ['RSC', '1'],
          ['Next-Router-Prefetch', '1'],
          ['Next-Router-Segment-Prefetch', '/_tree'],
        ],
      ],
      [`/_next/data/${build}/legacy.json`, [['x-nextjs-data', '1']]],
    ] as const) {
      // Next 16 redirects to a URL with a hash of some headers.
      const first = await ask(path, { headers }, token);
      const target = first.status === 307 ? (first.headers.get('location') ?? '') : app.pathOf(path);
      const answers: RawAnswer[] = [];
      for (const cookie of [`${token}; ${session}`, token])
        answers.push(await send(app.url, target, { headers: [...headers, ['Cookie', cookie]] }));
      const summary = ({ status, headers: received, body }: RawAnswer) => [
        path,
        status,
        received.get('content-type'),
        body.length > 0,
        body.includes('protected-bytes'),
      ];
      const [withSession, without] = answers.map(summary);
      expect(withSession).toEqual(without);
    }
    app.takeVisits();
  });

  test('[45] a server action that an own page sends after the end of the token runs once', async () => {
    const before = asked();
    for (const action of actions) {
      const headers: readonly Header[] = [
        ['Content-Type', 'text/plain;charset=UTF-8'],
        ['Next-Action', action],
        ['Accept', 'text/x-component'],
        ['Origin', app.url],
        ['Sec-Fetch-Site', 'same-origin'],
        ['Sec-Fetch-Mode', 'cors'],
        ['Sec-Fetch-Dest', 'empty'],
      ];
      const answer = await ask('/private', { method: 'POST', headers, body: '[]' });
      expect([answer.status, renewedIn(answer), answer.body.includes('protected-bytes')]).toEqual([200, true, true]);
      expect(app.takeVisits().filter((name) => name.startsWith('action'))).toEqual([`action ${userId}`]);
    }
    expect(asked()).toBe(before + actions.length);
    for (const path of ['/me', '/api/legacy', '/api/effect']) {
      const answer = await ask(path, { method: 'POST', headers: [['Origin', app.url]] });
      expect([answer.status, renewedIn(answer)]).toEqual([200, true]);
    }
    app.takeVisits();
  });

  const foreign: readonly (readonly [string, readonly Header[]])[] = [
    ['a page without headers', []],
    ['a page load without Sec-Fetch headers', [html]],
    [
      'another site',
      [
        ['Origin', 'https://evil.test'],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
    ],
    [
      'the Origin null',
      [
        ['Origin', 'null'],
        ['Sec-Fetch-Site', 'cross-site'],
      ],
    ],
    [
      'another port',
      [
        ['Origin', 'http://127.0.0.1:1'],
        ['Sec-Fetch-Site', 'same-site'],
      ],
    ],
    [
      'a sibling subdomain',
      [
        ['Sec-Fetch-Site', 'same-site'],
        ['Sec-Fetch-Mode', 'no-cors'],
      ],
    ],
    [
      'a script of another site',
      [
        ['Sec-Fetch-Site', 'cross-site'],
        ['Sec-Fetch-Mode', 'cors'],
      ],
    ],
    [
      'an image',
      [
        ['Sec-Fetch-Site', 'cross-site'],
        ['Sec-Fetch-Mode', 'no-cors'],
        ['Sec-Fetch-Dest', 'image'],
      ],
    ],
    [
      'an iframe',
      [html, ['Sec-Fetch-Site', 'cross-site'], ['Sec-Fetch-Mode', 'navigate'], ['Sec-Fetch-Dest', 'iframe']],
    ],
    ['a prerender', [...navigation, ['Sec-Purpose', 'prefetch;prerender']]],
    ['a prefetch', [...navigation, ['Purpose', 'prefetch']]],
    [
      'a prefetch of the router',
      [
        ['RSC', '1'],
        ['Next-Router-Prefetch', '1'],
        ['Sec-Fetch-Site', 'same-origin'],
        ['Sec-Fetch-Mode', 'cors'],
        ['Sec-Fetch-Dest', 'empty'],
      ],
    ],
    [
      'a prefetch of a segment',
      [
        ['RSC', '1'],
        ['Next-Router-Prefetch', '1'],
        ['Next-Router-Segment-Prefetch', '/_tree'],
        ['Sec-Fetch-Site', 'same-origin'],
        ['Sec-Fetch-Mode', 'cors'],
        ['Sec-Fetch-Dest', 'empty'],
      ],
    ],
    ['a bad token', [...navigation, ['Authorization', 'Bearer a.b.c']]],
  ];

  test.each(foreign)('[14] [45] nothing is renewed, sent or done for %s', async (_name, headers) => {
    const before = asked();
    for (const path of [
      '/private',
      '/api/effect',
      '/legacy',
      ...(isThorough ? ['/me', '/api/legacy', '/welcome'] : []),
    ]) {
      for (const method of isThorough ? ['GET', 'POST', 'DELETE'] : ['GET', 'POST']) {
        // A navigation never has another method without `Origin`.
        const answer = await ask(path, { method, headers });
        expect([path, method, renewedIn(answer), answer.body.includes('protected-bytes')]).toEqual([
          path,
          method,
          false,
          false,
        ]);
        expect(answer.body).not.toContain(userId);
      }
    }
    for (const action of actions) {
      const call: readonly Header[] = [
        ['Content-Type', 'text/plain;charset=UTF-8'],
        ['Next-Action', action],
        ...headers,
      ];
      for (const path of isThorough ? ['/private', '/welcome', '/sign-in'] : ['/private', '/welcome']) {
        const answer = await ask(path, { method: 'POST', headers: call, body: '[]' });
        expect([renewedIn(answer), answer.body.includes('protected-bytes')]).toEqual([false, false]);
      }
    }
    expect([app.takeVisits(), asked()]).toEqual([[], before]);
  });

  test.each(forged)('[19] nothing is renewed, sent or done for %s', async (_name, headers) => {
    const before = asked();
    const withoutCookies = headers
      .filter(([name]) => name.toLowerCase() !== 'cookie')
      .map(([name, value]) => [name, value.replace('{action}', actions[0] ?? '')] as const);
    for (const path of isThorough ? ['/private', '/me', '/api/legacy'] : ['/private']) {
      for (const method of ['GET', 'POST']) {
        const answer = await ask(path, { method, headers: withoutCookies });
        expect([renewedIn(answer), /protected-bytes/.test(answer.body)]).toEqual([false, false]);
      }
    }
    expect([app.takeVisits(), asked()]).toEqual([[], before]);
  });

  test.each(forged)('[19] a page load without a session gets no protected data by %s', async (_name, headers) => {
    const others = headers.filter(([name]) => name.toLowerCase() !== 'accept');
    for (const cookie of [
      'a=1',
      session.replace(/_session=./, (start) => (start.endsWith('x') ? '_session=y' : '_session=x')),
      `${sessionName}=a; ${session}`,
    ]) {
      const answer = await ask('/private', { headers: [...navigation, ...others] }, cookie);
      expect([cookie, renewedIn(answer), answer.body.includes('protected-bytes')]).toEqual([cookie, false, false]);
    }
    expect(app.takeVisits()).toEqual([]);
  });

  test('[45] concurrent page loads of a session share one request', async () => {
    const own = await signIn();
    emulator.delay('session', 300);
    const before = asked();
    const answers = await Promise.all(Array.from({ length: 12 }, () => load('/private', own)));
    emulator.recover();
    for (const answer of answers) expect([answer.status, renewedIn(answer)]).toEqual([200, true]);
    expect(asked()).toBe(before + 1);
    app.takeVisits();
  });

  test('a session that has ended leads to the sign-in page', async () => {
    const own = await signIn();
    await send(app.url, app.pathOf('/_torii/auth/logout'), { method: 'POST', headers: [['Cookie', own]] });
    const answer = await load('/private', own);
    expect([answer.status, setCookies(answer)]).toEqual([307, []]);
    expect(new URL(answer.headers.get('location') ?? '', app.url).pathname).toBe(
      // With `trailingSlash`, Next redirects once more.
      app.pathOf('/sign-in').replace(/\/$/, ''),
    );
  });

  test('[16] the log of the server holds no session and no token', async () => {
    emulator.fail('session');
    expect((await load('/private')).status).toBe(307);
    emulator.recover();
    const secret = /__client_session=([^;]+)/.exec(session)?.[1] ?? 'none';
    expect([app.output().includes(secret), app.output().includes('eyJ')]).toEqual([false, false]);
  });
});
