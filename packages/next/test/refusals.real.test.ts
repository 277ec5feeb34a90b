import { randomUUID } from 'node:crypto';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Kind, type Mode, rows, type Visitor } from './answer-table.ts';
import { configOf, hasCacheComponents, recipes, variantsOf } from './apps.ts';
import { cookie, html, type RawAnswer, type RawRequest, send } from './raw.ts';
import { buildLimitMs, isThorough, type RunningApp, startApp } from './running-app.ts';

/** Long, because the apps may have to be built first. */
const expiresInSeconds = 86_400;

const payload = [
  ['Accept', '*/*'],
  ['RSC', '1'],
  ['Sec-Fetch-Mode', 'cors'],
] as const;
const prefetch = [
  ['Next-Router-Prefetch', '1'],
  ['Next-Router-Segment-Prefetch', '/_tree'],
] as const;
const foreignHeaders = [
  ['Content-Type', 'application/json'],
  ['Content-Type', 'multipart/form-data; boundary=edge'],
  ['Origin', 'https://evil.test'],
  ['Origin', 'null'],
  ['Next-Action', 'a'.repeat(42)],
  ['Next-Action', ''],
  ['Transfer-Encoding', 'chunked'],
  ['Sec-Fetch-Site', 'cross-site'],
] as const;
const refusingChecks = ['refuses', 'says-false', 'says-nothing', 'says-yes', 'ambiguous'];

// The matrix leaves out the variants that do not differ here.
const variants = variantsOf().filter((variant) => /^Next \d\d(?:,| alone| without|.* authInterrupts)/.test(variant));

describe.each(variants)('%s', (variant) => {
  const mode: Mode = hasCacheComponents(variant) ? 'cacheComponents' : 'classic';
  // 403 with `experimental.authInterrupts`, in pages. Next answers a form with 404 in any case.
  const refusedStatus = configOf(variant).experimental?.authInterrupts ? 403 : 404;
  const refusedDigest = `NEXT_HTTP_ERROR_FALLBACK;${refusedStatus}`;
  const hasProxy = recipes[variant].entrance !== 'none';
  const places = hasProxy ? (['proxy', 'alone'] as const) : (['alone'] as const);
  let emulator: Emulator;
  let token: string;
  let action: string;
  let apps: Readonly<Record<'proxy' | 'alone', RunningApp>>;
  beforeAll(async () => {
    emulator = await startEmulator();
    token = await emulator.token({ userId: 'ada', expiresInSeconds });
    emulator.fail('keys');
    // The proxy lets these requests through, so that the pages, actions and routes refuse them.
    const open = { publicPaths: ['/refusals/*'] };
    const guarded = { publicPaths: ['/refusals/log'] };
    const alone = await startApp(variant, { issuer: emulator.issuer, options: open });
    const proxy = hasProxy ? await startApp(variant, { issuer: emulator.issuer, options: guarded }) : alone;
    apps = { proxy, alone };
    action = await actionIn(alone);
  }, buildLimitMs);
  afterAll(async () => {
    for (const place of places) await apps?.[place][Symbol.asyncDispose]();
    await emulator?.stop();
  });

  const casesOf = (known: boolean) =>
    rows
      .filter(({ visitor }) => (visitor !== 'unavailable') === known)
      .flatMap(({ kind, visitor, ...answers }) =>
        places.map((place) => ({ kind, visitor, place, expected: answers[place][mode] })),
      );

  async function expectAnswer({ kind, visitor, place, expected }: ReturnType<typeof casesOf>[number]): Promise<void> {
    const app = apps[place];
    const { answer, log } = await withLog(app, () => ask(app, { kind, visitor, action, token }));
    expect([answer.body.includes('protected-bytes'), app.takeVisits()]).toEqual([false, []]);
    expect(`${summaryOf(answer)}${log === '' ? '' : ', logged'}`).toBe(
      kind === 'form' ? expected : expected.replace(/^404$/, String(refusedStatus)),
    );
  }

  describe('before the keys can be fetched', () => {
    test.each(casesOf(false))('$visitor, $kind, $place: $expected', expectAnswer);
  });

  describe('with keys', () => {
    beforeAll(async () => {
      emulator.recover();
      for (const place of places) {
        const app = apps[place];
        // The first request loads the page's code, which can take longer than the timeout for fetching keys.
        const isReady = async () =>
          expect(await load(app, 'page', 'passes', [cookie(token)])).toMatchObject(protectedPage);
        await vi.waitFor(isReady, { timeout: 120_000, interval: 200 });
        // Next may load the app's modules once for pages and once for routes.
        const hasKeys = async () => {
          const route = app.pathOf('/refusals/route/passes');
          expect((await send(app.url, route, { headers: [cookie(token)] })).status).toBe(200);
        };
        await vi.waitFor(hasKeys, { timeout: 120_000, interval: 200 });
        app.takeVisits();
      }
    });

    test.each(casesOf(true))('$visitor, $kind, $place: $expected', expectAnswer);

    test('lets a user through for whom the check says yes', async () => {
      for (const place of places) {
        const app = apps[place];
        for (const name of ['page', 'suspense', 'nested', 'layout', 'metadata']) {
          expect(await load(app, name, 'passes', [cookie(token)])).toMatchObject(protectedPage);
          expect(app.takeVisits()).toEqual([name]);
        }
        await callAction(app, action, { headers: [cookie(token)], check: 'passes' });
        await postForm(app, action, { headers: [cookie(token)], check: 'passes' });
        expect(app.takeVisits()).toEqual(['action', 'action']);
      }
    });

    test.each(['page', 'suspense', 'nested', 'layout', 'metadata'])(
      'a refusal in a page (%s) is no failure, and shows no protected byte',
      async (name) => {
        const { log } = await withLog(apps.alone, async () => {
          for (const headers of [[html], payload]) {
            for (const check of isThorough || name === 'page' ? refusingChecks : ['refuses']) {
              const path = `/refusals/${name}/${check}`;
              const { status, body } = await askForPayload(apps.alone, path, [...headers, cookie(token)]);
              expect([check, status < 500, body.includes('protected-bytes')]).toEqual([check, true, false]);
              expect(body).toContain(refusedDigest);
            }
            const { status, body } = await askForPayload(apps.alone, `/refusals/${name}/passes`, headers);
            expect([status < 500, body.includes('protected-bytes')]).toEqual([true, false]);
          }
        });
        expect([apps.alone.takeVisits(), log]).toEqual([[], '']);
      },
    );

    test('an error that a check throws is still a failure of the app', async () => {
      const app = apps.alone;
      const { answer, log } = await withLog(app, () => load(app, 'page', 'throws', [cookie(token)]));
      const { body } = answer;
      expect([body.includes('protected-bytes'), body.includes(refusedDigest), app.takeVisits()]).toEqual([
        false,
        false,
        [],
      ]);
      expect(log).toContain('The check failed.');
    });

    test.each(foreignHeaders)('[19] GET with `%s: %s` gets what any stranger gets', async (...header) => {
      for (const app of places.map((place) => apps[place])) {
        const { log } = await withLog(app, async () => {
          for (const name of isThorough ? ['page', 'suspense', 'layout', 'metadata'] : ['page', 'suspense']) {
            const expected = summaryOf(await load(app, name, 'passes', []));
            const answer = await load(app, name, 'passes', [header]);
            expect([name, summaryOf(answer)]).toEqual([name, expected]);
            expect(answer.body).not.toContain('protected-bytes');
          }
        });
        expect([app.takeVisits(), log]).toEqual([[], '']);
      }
    });

    test.each(refusingChecks)('an action tells why it refused (%s), and a form shows a page', async (check) => {
      const app = apps.proxy;
      const called = await callAction(app, action, { headers: [cookie(token)], check });
      expect(called.body).toContain(check === 'ambiguous' ? 'torii.request_malformed' : 'torii.not_allowed');
      const posted = await postForm(app, action, { headers: [cookie(token)], check });
      expect([posted.status, app.takeVisits()]).toEqual([404, []]);
    });

    test('[14] an action that another site posts is refused, with and without the proxy', async () => {
      for (const place of places) {
        const app = apps[place];
        for (const origin of [[], [['Origin', 'null']], [['Origin', 'https://evil.test']]] as const) {
          for (const call of [callAction, postForm]) {
            const { status } = await call(app, action, {
              headers: [cookie(token), ...origin],
              check: 'passes',
              origin: null,
            });
            expect(status).not.toBe(200);
          }
        }
        expect(app.takeVisits()).toEqual([]);
      }
    });
  });
});

/** Returns what the server writes to its log meanwhile. */
async function withLog<Answer>(
  app: RunningApp,
  run: () => Promise<Answer>,
): Promise<{ readonly answer: Answer; readonly log: string }> {
  const before = app.output().length;
  const answer = await run();
  const mark = randomUUID();
  await send(app.url, app.pathOf('/refusals/log'), { method: 'POST', headers: [['X-Mark', mark]], body: '' });
  const end = await vi.waitUntil(() => app.output().indexOf(mark) + 1, { timeout: 60_000 });
  return { answer, log: app.output().slice(before, end - 1) };
}

const protectedPage = { status: 200, body: expect.stringContaining('protected-bytes') };

function load(app: RunningApp, name: string, check: string, headers: Headers): Promise<RawAnswer> {
  return send(app.url, app.pathOf(`/refusals/${name}/${check}`), { headers: [html, ...headers] });
}

type Headers = NonNullable<RawRequest['headers']>;

interface Visit {
  readonly kind: Kind;
  readonly visitor: Visitor;
  readonly action: string;
  /** The token of a user who is signed in. */
  readonly token: string;
}

function ask(app: RunningApp, { kind, visitor, action, token }: Visit): Promise<RawAnswer> {
  const headers = visitor === 'signed out' ? [] : [cookie(token)];
  const check = visitor === 'refused' ? 'refuses' : 'passes';
  switch (kind) {
    case 'page':
    case 'suspense':
      return load(app, kind, check, headers);
    case 'navigation':
      return askForPayload(app, `/refusals/page/${check}`, [...payload, ...headers]);
    case 'prefetch':
      return askForPayload(app, `/refusals/page/${check}`, [...payload, ...prefetch, ...headers]);
    case 'action':
      return callAction(app, action, { headers, check });
    case 'form':
      return postForm(app, action, { headers, check });
    case 'route':
      return send(app.url, app.pathOf(`/refusals/route/${check}`), { headers });
  }
}

/** Asks as a browser does that follows or prefetches a link: Next first redirects to an address that caches distinguish. */
async function askForPayload(app: RunningApp, path: string, headers: Headers): Promise<RawAnswer> {
  const answer = await send(app.url, app.pathOf(path), { headers });
  const location = answer.headers.get('location');
  return location?.includes('_rsc') ? send(app.url, location, { headers }) : answer;
}

interface ActionCall {
  readonly headers: Headers;
  readonly check: string;
  /** Left out if `null`. By default the app's. */
  readonly origin?: null;
}

/** As Next's browser code does. */
function callAction(app: RunningApp, action: string, call: ActionCall): Promise<RawAnswer> {
  const headers = [
    ['Accept', 'text/x-component'],
    ['Next-Action', action],
    ['Content-Type', 'text/plain;charset=UTF-8'],
    ...headersOf(app, call),
  ] as const;
  return send(app.url, app.pathOf('/refusals/action'), { method: 'POST', headers, body: JSON.stringify([call.check]) });
}

/** As a browser does without JavaScript. */
function postForm(app: RunningApp, action: string, call: ActionCall): Promise<RawAnswer> {
  const headers = [html, ['Content-Type', 'multipart/form-data; boundary=edge'], ...headersOf(app, call)] as const;
  const fields = { [`$ACTION_ID_${action}`]: '', check: call.check };
  const parts = Object.entries(fields).map(
    ([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return send(app.url, app.pathOf('/refusals/action'), {
    method: 'POST',
    headers,
    body: `${parts.join('')}--edge--\r\n`,
  });
}

function headersOf(app: RunningApp, { headers, origin }: ActionCall): Headers {
  return origin === null ? headers : [['Origin', app.url], ...headers];
}

/** The identifier of the page's action, which the page contains for browsers without JavaScript. */
async function actionIn(app: RunningApp): Promise<string> {
  const { body } = await send(app.url, app.pathOf('/refusals/action'), { headers: [html] });
  const id = /\$ACTION_ID_(\w+)/.exec(body)?.[1];
  if (id === undefined) throw new Error(`The page has no action: ${body}`);
  return id;
}

/** The answer in the words of the table. */
function summaryOf({ status, headers, body }: RawAnswer): string {
  const location = headers.get('location');
  if (location !== null) {
    const { pathname } = new URL(location, 'http://app.test');
    return `${status} to ${pathname.includes('/sign-in') ? 'the sign-in page' : location}`;
  }
  if (headers.get('content-type') === 'application/json') return `${status} JSON`;
  if (/^torii\.[a-z_]+$/.test(body) && headers.get('content-type') === 'text/plain') return `${status} with the reason`;
  if (body.includes('NEXT_REDIRECT')) return `${status}, redirect in the page`;
  if (body.includes('torii.')) return `${status} with the reason`;
  if (status === 200)
    return /NEXT_HTTP_ERROR_FALLBACK;40[34]/.test(body) ? '200, not-found page' : '200, nothing personal';
  return status === 503 ? '503 page' : String(status);
}
