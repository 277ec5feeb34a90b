import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { configOf, hasCacheComponents, recipes, variantsOf } from './apps.ts';
import { bearer, cookie, html, type RawRequest, send } from './raw.ts';
import { buildLimitMs, type RunningApp, startApp } from './running-app.ts';

/** Long, because the apps may have to be built first. */
const expiresInSeconds = 86_400;

describe.each(variantsOf())('%s', (variant) => {
  const guarded = recipes[variant].entrance !== 'none';
  let emulator: Emulator;
  let token: string;
  let adminToken: string;
  let strangerToken: string;
  let app: RunningApp;
  beforeAll(async () => {
    emulator = await startEmulator();
    token = await emulator.token({ userId: 'ada', expiresInSeconds });
    const organization = { id: 'acme', role: 'org:administrator' };
    adminToken = await emulator.token({ userId: 'root', organization, expiresInSeconds });
    strangerToken = await emulator.token({ userId: 'ada', signedBy: 'stranger', expiresInSeconds });
    emulator.fail('keys');
    app = await startApp(variant, { issuer: emulator.issuer });
  }, buildLimitMs);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await emulator?.stop();
  });

  const ask = (path: string, request: RawRequest = {}) => send(app.url, app.pathOf(path), request);
  // Next 15's middleware replaces 127.0.0.1 by localhost in redirects.
  const isOwnAddress = (location: string | null) =>
    [app.url, app.url.replace('127.0.0.1', 'localhost')].includes(new URL(location ?? '', app.url).origin);

  test('[12] before the keys can be fetched, a page fails with a reason and does not redirect, and a route responds with 503', async () => {
    const page = await ask('/private', { headers: [html, cookie(token)] });
    expect(page.headers.get('location')).toBeNull();
    expect(page.headers.get('cache-control')).toMatch(/no-store/);
    if (guarded) {
      expect([page.status, page.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    } else {
      // With cacheComponents, Next has sent the first byte.
      const status = hasCacheComponents(variant) ? 200 : 500;
      expect([page.status, page.body.includes('torii.keys_unavailable')]).toEqual([status, true]);
    }
    for (const path of ['/me', '/api/legacy']) {
      const { status, headers, body } = await ask(path, { headers: [bearer(token)] });
      expect([status, JSON.parse(body).error.reason]).toEqual([503, 'keys_unavailable']);
      expect(headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect(app.takeVisits()).toEqual([]);
  });

  describe('with keys', () => {
    beforeAll(async () => {
      emulator.recover();
      // The first request loads the page's code, which can take longer than the timeout for fetching keys. Without a proxy,
      // Next may load the app's modules once for pages and once for routes.
      const patience = { timeout: 120_000, interval: 200 };
      for (const path of ['/private', '/me', '/api/legacy']) {
        const isReady = async () => expect((await ask(path, { headers: [html, cookie(token)] })).status).toBe(200);
        await vi.waitFor(isReady, patience);
      }
      app.takeVisits();
    });

    test('[14] the cookie counts for a link from another site, and not for a POST from another site', async () => {
      const link = await ask('/private', {
        headers: [html, cookie(token), ['Sec-Fetch-Site', 'cross-site'], ['Sec-Fetch-Mode', 'navigate']],
      });
      expect(link.status).toBe(200);
      const withEmptyBody = await ask('/private', {
        headers: [
          ...[html, cookie(token)],
          ...([
            ['Sec-Fetch-Site', 'cross-site'],
            ['Sec-Fetch-Mode', 'navigate'],
            ['Content-Length', '0'],
          ] as const),
        ],
      });
      expect(withEmptyBody.status).toBe(200);
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
          'a script of a sibling subdomain, without Origin',
          method,
          [
            ['Sec-Fetch-Site', 'same-site'],
            ['Sec-Fetch-Mode', 'no-cors'],
          ],
        ],
        [
          'a script of another site, without Origin',
          method,
          [
            ['Sec-Fetch-Site', 'cross-site'],
            ['Sec-Fetch-Mode', 'cors'],
          ],
        ],
        ['another site, in an unknown mode', method, [['Sec-Fetch-Site', 'cross-site']]],
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
        'a form of another site, without Origin',
        'POST',
        [
          ['Content-Type', 'text/plain'],
          ['Sec-Fetch-Site', 'cross-site'],
          ['Sec-Fetch-Mode', 'navigate'],
        ],
      ],
      ['another port of the same host', 'POST', [['Origin', 'http://127.0.0.1:1']]],
    ])('[14] `auth` ignores the cookie if the request comes from %s: %s', async (_name, method, headers) => {
      // Browsers send `Content-Length: 0` with these methods.
      const body = method === 'GET' ? {} : { body: '' };
      const { status } = await ask('/api/effect', { method, headers: [cookie(token), ...headers], ...body });
      expect([status, app.takeVisits()]).toEqual([401, []]);
    });

    test('[14] `auth` accepts the cookie for navigations and for requests of the app itself', async () => {
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

    // With cacheComponents, Next refuses the option.
    if (!hasCacheComponents(variant)) {
      test('[20] a page or route with `force-static` fails instead of being stored for everyone', async () => {
        for (const headers of [[html], [html, cookie(adminToken)], [html, cookie(token)]] as const) {
          for (const path of ['/kept/auth', '/kept/protect', '/api/kept/one']) {
            const { status, body } = await ask(path, { headers });
            // The proxy refuses this request before the page fails.
            if (guarded && headers.length === 1) continue;
            expect([path, status, /kept for|userId/.test(body)]).toEqual([path, 500, false]);
          }
        }
        expect(app.output()).toContain("`dynamic = 'force-static'`");
      });
    }

    test('[20] responses that depend on the user may not be cached', async () => {
      const cachable = hasCacheComponents(variant) ? [] : ['/remembered'];
      for (const path of ['/me', '/api/me', '/admin', '/private', '/notes', '/admin-page', ...cachable]) {
        for (const headers of [[], [html], [bearer(token)], [html, cookie(token)]] as const) {
          const { headers: received } = await ask(path, { headers });
          expect(received.get('cache-control')).toMatch(/private.*no-store/);
        }
      }
      expect((await ask('/me', { headers: [bearer(token)] })).headers.get('vary')).toMatch(/Authorization, Cookie/);
      expect((await ask('/me')).headers.get('vary')).toMatch(/Authorization, Cookie/);
      // If a proxy sets the header too, Next keeps the proxy's.
      const own = await ask('/api/own-caching', { headers: [bearer(token)] });
      expect(own.headers.get('cache-control')).toBe(guarded ? 'private, no-store' : 'private, max-age=5');
      for (const path of ['/notes', '/private', ...cachable]) {
        expect((await ask(path, { headers: [cookie(adminToken)] })).body).toContain('root');
        expect((await ask(path, { headers: [cookie(token)] })).body).not.toContain('root');
      }
      app.takeVisits();
    });

    test('a page redirects to the sign-in page, with an address to return to', async () => {
      const { status, headers, body } = await ask('/private?x=%2F%2Fevil.test', { headers: [html] });
      if (!guarded && hasCacheComponents(variant)) {
        // Next has sent the first byte.
        expect([status, headers.get('location')]).toEqual([200, null]);
        expect(body).toContain(`NEXT_REDIRECT;replace;/sign-in?return_to=%2Fprivate%3Ftab%3D1;307;`);
        return;
      }
      expect(status).toBe(307);
      const { pathname, search } = new URL(headers.get('location') ?? '', app.url);
      // With `trailingSlash`, Next redirects once more.
      const path = configOf(variant).trailingSlash ? `${pathname}/` : pathname;
      // A page cannot see its own address. Without a proxy, the address is its `returnTo`.
      const expected = guarded ? '/private?x=%2F%2Fevil.test' : '/private?tab=1';
      expect([path, new URLSearchParams(search).get('return_to')]).toEqual(['/sign-in', expected].map(app.pathOf));
      expect(isOwnAddress(headers.get('location'))).toBe(true);
    });

    test('[20] no return address leads to another origin', async () => {
      for (const path of ['//evil.test/x', '/\\evil.test', '/%5C%5Cevil.test', '/private/..//evil.test']) {
        const { headers } = await ask(path, { headers: [html] });
        const location = headers.get('location');
        if (location === null) continue;
        expect(isOwnAddress(location)).toBe(true);
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

    test('a page with a check that refuses is not found, and sends no protected data', async () => {
      const { status, body } = await ask('/admin-page', { headers: [html, cookie(token)] });
      // With cacheComponents, Next has sent the first byte.
      const refusedStatus = configOf(variant).experimental?.authInterrupts ? 403 : 404;
      expect(status).toBe(hasCacheComponents(variant) ? 200 : refusedStatus);
      expect(body).toContain(
        refusedStatus === 403 ? 'This page could not be accessed.' : 'This page could not be found.',
      );
      expect(body).not.toMatch(/protected-bytes|org:administrator/);
      expect(app.takeVisits()).toEqual([]);
    });

    test.runIf(guarded)('[21] the proxy guards every path that is not public, static pages too', async () => {
      expect((await ask('/unguarded', { headers: [html] })).status).toBe(307);
      expect((await ask('/unguarded')).status).toBe(401);
      const { status, headers, body } = await ask('/unguarded', { headers: [html, cookie(token)] });
      expect([status, body.includes('static-bytes')]).toEqual([200, true]);
      // [20] Without the proxy, Next lets shared caches store this page.
      expect(headers.get('cache-control')).toBe('private, no-store');
      const signIn = await ask('/sign-in', { headers: [html] });
      expect(signIn.status).toBe(200);
      const [script = ''] = /\/_next\/static\/[^"]+\.js/.exec(signIn.body) ?? [];
      expect((await ask(script)).status).toBe(200);
    });
  });
});

test.each(
  variantsOf()
    .filter((variant) => recipes[variant].entrance === 'none' && !hasCacheComponents(variant))
    .flatMap((variant) => [[variant, false] as const, [variant, true] as const]),
)(
  '[12] keys are not read from the cache of a page with `force-cache`: %s, with its own fetch function: %s',
  async (variant, ownFetch) => {
    await using issuer = await startEmulator();
    const token = await issuer.token({ userId: 'ada', expiresInSeconds });
    for (const processes of [1, 2]) {
      await using app = await startApp(variant, { issuer: issuer.issuer, ownFetch });
      const { body } = await send(app.url, app.pathOf('/remembered'), { headers: [html, cookie(token)] });
      expect([body.includes('ada'), issuer.requests.keys]).toEqual([true, processes]);
    }
  },
  buildLimitMs,
);
