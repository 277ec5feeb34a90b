import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Mode, modes, type RequestKind, rows, type Visitor } from './answer-table.ts';
import { recipes, type Variant, variantsOf } from './apps.ts';
import { freePort } from './next-server.ts';
import { cookie, html, type RawAnswer, type RawRequest, send } from './raw.ts';
import { buildLimitMs, type RunningApp, startApp } from './running-app.ts';

let emulator: Emulator;
let token: string;
let unreachable: string;
beforeAll(async () => {
  emulator = await startEmulator();
  token = await emulator.token({ userId: 'ada', expiresInSeconds: 86_400 });
  unreachable = `http://127.0.0.1:${await freePort()}`;
});
afterAll(() => emulator.stop());

const rsc = [
  ['Accept', '*/*'],
  ['RSC', '1'],
  ['Sec-Fetch-Mode', 'cors'],
] as const;

function modeOf(variant: Variant): Mode {
  return 'classic';
}

describe.each(variantsOf())('%s', (variant) => {
  const mode = modeOf(variant);
  const hasProxy = recipes[variant].entrance !== 'none';
  let guarded: RunningApp;
  let open: RunningApp;
  let cut: RunningApp;
  let openCut: RunningApp;
  beforeAll(async () => {
    const { issuer } = emulator;
    // The proxy lets every request through: what the page itself does.
    const options = { publicPaths: ['/*'] };
    [guarded, open, cut, openCut] = await Promise.all([
      startApp(variant, { issuer }),
      startApp(variant, { issuer, options }),
      startApp(variant, { issuer: unreachable }),
      startApp(variant, { issuer: unreachable, options }),
    ]);
    // The first request loads the page's code, which can take longer than the timeout for fetching keys.
    for (const app of [guarded, open]) {
      const ready = { headers: [html, cookie(token)] };
      const patience = { timeout: 120_000, interval: 200 };
      await vi.waitFor(
        async () => expect((await send(app.url, '/refusals/page/passes', ready)).body).toContain('protected-bytes'),
        patience,
      );
      app.takeVisits();
    }
  }, buildLimitMs);
  afterAll(async () => {
    for (const app of [guarded, open, cut, openCut]) await app?.[Symbol.asyncDispose]();
  });

  test('print', async () => {
    for (const visitor of ['signed out', 'refused', 'unavailable'] as const)
      for (const kind of ['page', 'suspense', 'navigation', 'prefetch', 'action', 'form', 'route'] as const) {
        const [a, b] = visitor === 'unavailable' ? [openCut, cut] : [open, guarded];
        const cols = [];
        for (const app of [a, b]) {
          const before = app.output().length;
          const text = summaryOf(await visit(app, kind, visitor));
          cols.push(text + (app.output().length > before ? ' +LOG' : ''));
        }
        console.log(`${kind} | ${visitor} | ${cols.join(' | ')}`);
      }
  }, 60_000);
});

async function visit(app: RunningApp, kind: RequestKind, visitor: Visitor): Promise<RawAnswer> {
  const signedIn = visitor === 'signed out' ? [] : [cookie(token)];
  const check = visitor === 'refused' ? 'refuses' : 'passes';
  const own = ['Origin', app.url] as const;
  const action = kind === 'action' || kind === 'form' ? await actionOf(app) : '';
  switch (kind) {
    case 'page':
    case 'suspense':
      return send(app.url, `/refusals/${kind}/${check}`, { headers: [html, ...signedIn] });
    case 'navigation':
      return askForPayload(app, `/refusals/page/${check}`, [...rsc, ...signedIn]);
    case 'prefetch':
      return askForPayload(app, `/refusals/page/${check}`, [...rsc, ['Next-Router-Prefetch', '1'], ...signedIn]);
    case 'action':
      return send(app.url, '/refusals/action', {
        method: 'POST',
        headers: [['Next-Action', action], ['Content-Type', 'text/plain;charset=UTF-8'], own, ...signedIn],
        body: JSON.stringify([check]),
      });
    case 'form':
      return send(app.url, '/refusals/action', {
        method: 'POST',
        headers: [html, ['Content-Type', 'multipart/form-data; boundary=edge'], own, ...signedIn],
        body: multipart({ [`$ACTION_ID_${action}`]: '', check }),
      });
    case 'route':
      return send(app.url, `/refusals/route/${check}`, { headers: signedIn });
  }
}

/** What a browser asks for when a link is followed or prefetched. Next first redirects to an address that caches distinguish. */
async function askForPayload(app: RunningApp, path: string, headers: RawRequest['headers'] = []): Promise<RawAnswer> {
  const answer = await send(app.url, path, { headers });
  const location = answer.headers.get('location');
  return location?.includes('_rsc=') ? send(app.url, location, { headers }) : answer;
}

/** The identifier of the page's action, which the page contains for browsers without JavaScript. */
async function actionOf(app: RunningApp): Promise<string> {
  const { body } = await send(app.url, '/refusals/action', { headers: [html, cookie(token)] });
  return /\$ACTION_ID_(\w+)/.exec(body)?.[1] ?? '';
}

function multipart(fields: Readonly<Record<string, string>>): string {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return `${parts.join('')}--edge--\r\n`;
}

function summaryOf({ status, headers, body }: RawAnswer): string {
  const location = headers.get('location');
  if (location !== null)
    return new URL(location, 'http://app.test').pathname === '/sign-in' ? `${status} header` : `${status} ${location}`;
  const type = headers.get('content-type');
  if (type === 'application/json') return `${status} JSON`;
  if (type === 'text/plain') return `${status} text ${body}`;
  const digest = /NEXT_REDIRECT|NEXT_HTTP_ERROR_FALLBACK;\d+|NEXT_NOT_FOUND|torii\.[a-z_]+/.exec(body)?.[0] ?? '';
  return `${status} ${type} ${digest} ${/url=[^"]*/.exec(body)?.[0] ?? ''}`;
}
