// A process that was paused, and requests that an edge runtime has canceled. simulation/src/scenarios/renewal has many more.
import type { TokenVerifier } from '@torii/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTemplateTokens, type TemplateRequest } from '../src/server/get-token/template-tokens.ts';
import { Renewer } from '../src/server/renewal/renewer.ts';

const issuer = 'https://acme.torii.so';
let answers: ((response: Response) => void)[];

beforeEach(() => {
  answers = [];
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => void answers.push(resolve)));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** As in a sleep that stops timers: only the wall clock goes on. */
const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms);
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function createRenewer(): Renewer {
  const auth = { userId: 'ada', environmentId: 'env', expiresAt: Date.now() / 1000 + 1_000_000 };
  const verifier = { verify: async () => auth } as unknown as TokenVerifier<object>;
  return new Renewer({ upstream: issuer, cookie: { name: 'token', secure: true }, verifier, emit() {} });
}

const caller = { userAgent: null, hasBasePath: false, delayMs: 0 };
const sessionOf = (name: string) => ({ pair: `__client_session=${name}`, seal: name });
const renewed = (token: string) =>
  Response.json({ accessToken: token }, { headers: { 'set-cookie': 'theme=dark; Path=/' } });

test('[45] a result that comes after a pause is not kept for other requests', async () => {
  const renewer = createRenewer();
  const first = renewer.renew(sessionOf('a'), caller);
  sleep(60_000);
  // The results are kept in the order in which they come.
  const other = renewer.renew(sessionOf('b'), caller);
  answers[1]?.(renewed('b.b.b'));
  await other;
  answers[0]?.(renewed('old.a.a'));
  await first;
  void renewer.renew(sessionOf('a'), caller);
  await nextTurn();
  expect(answers).toHaveLength(3);
});

test('[34] a request that waited for a second during a pause asks the issuer', async () => {
  const renewer = createRenewer();
  const waiting = renewer.renew(sessionOf('a'), { ...caller, delayMs: 1_000 });
  // Begins before the pause and has no answer.
  void renewer.renew(sessionOf('a'), caller);
  expect(answers).toHaveLength(1);
  sleep(60_000);
  await vi.advanceTimersByTimeAsync(1_000);
  answers[1]?.(renewed('new.a.a'));
  expect((await waiting).token?.value).toBe('new.a.a');
});

const request = { auth: { userId: 'ada', issuer }, token: 'own', template: 'chat', publishableKey: 'pk_1' } as unknown;
const minted = (token: string) => Response.json({ accessToken: token, expiresInSeconds: 60 });

test('[34] a request for the token of a template asks again if the one that it waited for was canceled', async () => {
  const tokens = createTemplateTokens();
  const ask = () => tokens.get(request as TemplateRequest);
  void ask();
  // The timers of the request end with it, and its answer never comes.
  vi.clearAllTimers();
  await vi.advanceTimersByTimeAsync(1_000);
  const joined = ask();
  await vi.advanceTimersByTimeAsync(4_500);
  const next = ask();
  expect(answers).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(answers).toHaveLength(2);
  answers[1]?.(minted('new'));
  expect(await Promise.all([joined, next])).toEqual(['new', 'new']);
});

test('[38] a request for the token of a template ends although all that it waits for is canceled', async () => {
  const tokens = createTemplateTokens();
  void tokens.get(request as TemplateRequest);
  vi.clearAllTimers();
  const joined = expect(tokens.get(request as TemplateRequest)).rejects.toMatchObject({ reason: 'token_unavailable' });
  await vi.advanceTimersByTimeAsync(12_000);
  await joined;
  expect(answers).toHaveLength(2);
});

test('[11] a token of a template that has ended in a pause is asked for again', async () => {
  const asked = createTemplateTokens().get(request as TemplateRequest);
  sleep(3_600_000);
  answers[0]?.(minted('old'));
  await vi.waitUntil(() => answers.length === 2);
  answers[1]?.(minted('new'));
  expect(await asked).toBe('new');
});

test('[34] a request for the token of a template that waited during a pause asks again', async () => {
  const asked = createTemplateTokens().get(request as TemplateRequest);
  await vi.advanceTimersByTimeAsync(1_000);
  sleep(60_000);
  // After a pause, timers that are due come before the answer.
  await vi.advanceTimersByTimeAsync(4_000);
  expect(answers).toHaveLength(2);
  answers[1]?.(minted('new'));
  expect(await asked).toBe('new');
});

test('[34] so does one whose connection was lost in the pause', async () => {
  const asked = createTemplateTokens().get(request as TemplateRequest);
  sleep(60_000);
  answers[0]?.(Response.json({}, { status: 503 }));
  await vi.waitUntil(() => answers.length === 2);
  answers[1]?.(minted('new'));
  expect(await asked).toBe('new');
});

test('[38] a request for the token of a template ends although each answer comes after a pause', async () => {
  const asked = createTemplateTokens().get(request as TemplateRequest);
  const failed = expect(asked).rejects.toMatchObject({ reason: 'token_unavailable' });
  for (const count of [1, 2, 3]) {
    await vi.waitUntil(() => answers.length === count);
    sleep(3_600_000);
    answers[count - 1]?.(minted('old'));
    await nextTurn();
  }
  await failed;
  expect(answers).toHaveLength(3);
});

test('[45] a result that is too old does not spare a request its delay', async () => {
  const renewer = createRenewer();
  const first = renewer.renew(sessionOf('a'), caller);
  sleep(60_000);
  const other = renewer.renew(sessionOf('b'), caller);
  answers[1]?.(renewed('b.b.b'));
  await other;
  answers[0]?.(renewed('old.a.a'));
  await first;
  const delayed = renewer.renew(sessionOf('a'), { ...caller, delayMs: 1_000 });
  await nextTurn();
  expect(answers).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1_000);
  answers[2]?.(renewed('new.a.a'));
  expect((await delayed).token?.value).toBe('new.a.a');
});
