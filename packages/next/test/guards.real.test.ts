import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasCacheComponents, variantsOf } from './apps.ts';
import { disguises, forged } from './forged-requests.ts';
import { bearer, cookie, html, type RawRequest, send } from './raw.ts';
import { buildLimitMs, isThorough, type RunningApp, startApp } from './running-app.ts';

/** Long, because the apps may have to be built first. */
const expiresInSeconds = 86_400;

let emulator: Emulator;
let other: Emulator;
let token: string;
let adminToken: string;
let strangerToken: string;
beforeAll(async () => {
  [emulator, other] = await Promise.all([startEmulator(), startEmulator()]);
  token = await emulator.token({ userId: 'ada', expiresInSeconds });
  const organization = { id: 'acme', role: 'org:administrator' };
  adminToken = await emulator.token({ userId: 'root', organization, expiresInSeconds });
  strangerToken = await emulator.token({ userId: 'ada', signedBy: 'stranger', expiresInSeconds });
});
afterAll(async () => void (await Promise.all([emulator.stop(), other.stop()])));

describe.each(variantsOf())('%s', (variant) => {
  let app: RunningApp;
  let actions: readonly string[];
  let fill: (text: string) => string;
  beforeAll(async () => {
    app = await startApp(variant, { issuer: emulator.issuer });
    // The first request loads the page's code, which can take longer than the timeout for fetching keys.
    const ready = { headers: [html, cookie(token)] };
    const patience = { timeout: 120_000, interval: 200 };
    await vi.waitFor(
      async () => expect((await send(app.url, app.pathOf('/private'), ready)).status).toBe(200),
      patience,
    );
    app.takeVisits();
    actions = actionIds(app.folder);
    const values: Readonly<Record<string, string>> = {
      good: token,
      stranger: strangerToken,
      other: await other.token({ userId: 'ada', expiresInSeconds }),
      expired: await emulator.token({ userId: 'ada', expiresInSeconds: -600 }),
      action: actions[0] ?? '',
      build: readFileSync(join(app.folder, '.next', 'BUILD_ID'), 'utf8'),
    };
    fill = (text) => text.replace(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '');
  }, buildLimitMs);
  afterAll(() => app?.[Symbol.asyncDispose]());

  const ask = (path: string, request: RawRequest = {}) => {
    const headers = request.headers?.map(([name, value]) => [name, fill(value)] as const);
    return send(app.url, app.pathOf(fill(path)), { ...request, ...(headers && { headers }) });
  };
  const protectedPaths = [
    ...['/private', '/legacy', '/api/legacy', '/me'],
    ...(isThorough ? ['/notes', '/admin-page', '/api/profile', '/api/me', '/admin'] : []),
    ...(isThorough && !hasCacheComponents(variant) ? ['/remembered'] : []),
  ];

  test('lets valid tokens in', async () => {
    const page = await ask('/private', { headers: [html, cookie(token)] });
    expect([page.status, page.body.includes('protected-bytes')]).toEqual([200, true]);
    expect((await ask('/me', { headers: [bearer(token)] })).body).toBe('{"handler":"rest","userId":"ada"}');
    expect((await ask('/admin-page', { headers: [html, cookie(adminToken)] })).body).toContain('protected-bytes');
    expect((await ask('/legacy', { headers: [html, cookie(token)] })).body).toContain('protected-bytes');
    expect((await ask('/api/legacy', { headers: [bearer(token)] })).body).toBe('{"userId":"ada"}');
    expect(app.takeVisits().toSorted()).toEqual(['admin page', 'legacy api', 'legacy page', 'page', 'rest']);
    expect((await ask('/welcome', { headers: [html] })).body).toContain('Hello, stranger');
  });

  test.each(forged)('[19] sends no protected data for %s', async (_name, headers) => {
    for (const path of protectedPaths) {
      for (const method of isThorough ? ['GET', 'HEAD', 'POST'] : ['GET', 'POST']) {
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

  test.each(disguises)('[19] [21] sends no protected data at %s', async (path) => {
    for (const headers of [[], [html], [['rsc', '1']], [['x-nextjs-data', '1']]] as const) {
      for (const asked of [path, app.pathOf(path)]) {
        const { body } = await send(app.url, fill(asked), { headers });
        expect(body).not.toContain('protected-bytes');
      }
    }
    expect(app.takeVisits()).toEqual([]);
  });

  test.each(forged)('[19] runs no server action for %s', async (_name, headers) => {
    expect(actions.length).toBeGreaterThan(1);
    // Those of /private come first: one calls `protect`, the other `auth`.
    for (const action of isThorough ? actions : actions.slice(0, 2)) {
      // Called as Next's router does and as a form without JavaScript does, at the action's page and at public pages.
      for (const path of isThorough ? ['/private', '/welcome', '/sign-in'] : ['/private', '/welcome']) {
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

  test('[14] [19] runs a server action for pages of this app only', async () => {
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
});

/** The ids of the fixture's server actions, which attackers can read from a page. Those of /private come first. */
function actionIds(folder: string): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(folder, '.next/server/server-reference-manifest.json'), 'utf8'));
  const isElsewhere = (id: string) => Number(!('app/private/page' in manifest.node[id].workers));
  return Object.keys(manifest.node).toSorted((one, other) => isElsewhere(one) - isElsewhere(other));
}
