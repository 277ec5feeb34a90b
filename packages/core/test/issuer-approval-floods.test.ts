import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenVerifier, type IssuerApproval, type TokenVerifier } from '../src/index.ts';
import { CallLimit } from '../src/time/call-limit.ts';
import { type KeyEndpoint, makeKeyEndpoint } from './key-endpoint.ts';
import { base64url, claimsWith, makeKey, mint, type SigningKey } from './mint.ts';
import { outcomeOf } from './outcome.ts';

const acme = 'https://acme.torii.test';

let key: SigningKey;
let token: string;
beforeAll(async () => {
  key = await makeKey();
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 0, 1) });
  // Core warns about many `fetch` functions for one URL, as these tests use them.
  vi.spyOn(console, 'warn').mockReturnValue();
  token = await mint(key, { iss: acme, exp: Date.UTC(2026, 0, 2) / 1000 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A token with a made-up issuer. It has no valid signature, which is not noticed before the issuer is approved. */
function forgery(n: number): string {
  const header = base64url(JSON.stringify({ alg: 'ES256', kid: 'key-1' }));
  const claims = base64url(JSON.stringify(claimsWith({ iss: `https://made-up-${n}.torii.test` })));
  return `${header}.${claims}.${base64url(new Uint8Array(64).fill(1))}`;
}

interface Flooded {
  readonly verifier: TokenVerifier;
  readonly endpoint: KeyEndpoint;
  readonly asked: string[];
  most: number;
}

/** `approve` takes 20 milliseconds, or as long as `wait` does. */
function makeFlooded(options: Partial<IssuerApproval> = {}, wait = () => pause(20), tenants = [acme]): Flooded {
  let running = 0;
  const endpoint = makeKeyEndpoint(key);
  const asked: string[] = [];
  const verifier = createTokenVerifier({
    issuer: {
      async approve(issuer) {
        asked.push(issuer);
        running += 1;
        flooded.most = Math.max(flooded.most, running);
        try {
          await wait();
        } finally {
          running -= 1;
        }
        return tenants.find((each) => each === issuer);
      },
      ...options,
    },
    fetch: endpoint.fetch,
  });
  const flooded: Flooded = { verifier, endpoint, asked, most: 0 };
  return flooded;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function verifyAcme({ verifier }: Flooded): Promise<string> {
  const outcome = outcomeOf(verifier.verify(token));
  await pass(20);
  return outcome;
}

function flood({ verifier }: Flooded, from: number, to: number): Promise<string>[] {
  return Array.from({ length: to - from }, (_, n) => outcomeOf(verifier.verify(forgery(from + n))));
}

function count(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

describe('[4] [36] ten thousand made-up issuers at once', () => {
  test('cause at most a hundred calls at once, a thousand in all, no fetch, and 503 for the rest', async () => {
    const flooded = makeFlooded();
    const outcomes = flood(flooded, 0, 10_000);
    const error: unknown = await flooded.verifier.verify(forgery(10_000)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ cause: { message: 'tokens name too many issuers that are not known yet' } });
    await pass(200);
    expect(count(await Promise.all(outcomes))).toEqual({ issuer_refused: 1_000, keys_unavailable: 9_000 });
    expect([flooded.most, flooded.asked.length, flooded.endpoint.urls.length]).toEqual([100, 1_000, 0]);
  });

  test('a thousand new tenants at once are accepted, a hundred at a time', async () => {
    const tenants = Array.from({ length: 1_000 }, (_, n) => `https://tenant-${n}.torii.test`);
    const flooded = makeFlooded({}, undefined, tenants);
    const exp = Date.UTC(2026, 0, 2) / 1000;
    const tokens = await Promise.all(tenants.map((iss) => mint(key, { iss, exp })));
    const outcomes = tokens.map((each) => outcomeOf(flooded.verifier.verify(each)));
    await pass(200);
    expect(count(await Promise.all(outcomes))).toEqual({ accepted: 1_000 });
    expect([flooded.most, flooded.asked.length]).toEqual([100, 1_000]);
  });

  test('do not delay a tenant that was approved, also when its approval has to be renewed', async () => {
    const flooded = makeFlooded({ rememberSeconds: 60 });
    expect(await verifyAcme(flooded)).toBe('accepted');
    const outcomes = flood(flooded, 0, 1_000);
    // No time passes before this answer.
    expect(await outcomeOf(flooded.verifier.verify(token))).toBe('accepted');
    await pass(200);
    await Promise.all(outcomes);

    await pass(60_000);
    const more = flood(flooded, 10_000, 11_000);
    expect(await verifyAcme(flooded)).toBe('accepted');
    await pass(200);
    await Promise.all(more);
    expect(flooded.asked.filter((issuer) => issuer === acme)).toHaveLength(2);
    expect(flooded.endpoint.urls).toHaveLength(1);
  });

  test('with a function that hangs, wait at most for its time limit, and do not delay known tenants', async () => {
    let hangs = false;
    const flooded = makeFlooded({ timeoutMs: 1_000 }, () => (hangs ? new Promise(() => {}) : pause(20)));
    expect(await verifyAcme(flooded)).toBe('accepted');
    hangs = true;
    const outcomes = flood(flooded, 0, 1_000);
    expect(await outcomeOf(flooded.verifier.verify(token))).toBe('accepted');
    await pass(1_000);
    expect(count(await Promise.all(outcomes))).toEqual({ keys_unavailable: 1_000 });
    expect(flooded.asked).toHaveLength(101);
    // The calls that hang no longer count.
    hangs = false;
    const next = flood(flooded, 1_000, 1_010);
    await pass(20);
    expect(count(await Promise.all(next))).toEqual({ issuer_refused: 10 });
  });

  test('one after the other cause at most `newPerMinute` calls in a minute, but a known tenant is asked about', async () => {
    const flooded = makeFlooded({ newPerMinute: 60, rememberSeconds: 10 }, async () => {});
    expect(await verifyAcme(flooded)).toBe('accepted');
    for (let second = 0; second < 60; second++) {
      await Promise.all(flood(flooded, second * 20, second * 20 + 20));
      await pass(1_000);
      expect(await outcomeOf(flooded.verifier.verify(token))).toBe('accepted');
    }
    const madeUp = flooded.asked.filter((issuer) => issuer !== acme);
    // 60 calls may run at the start, and 60 more in the first minute.
    expect(madeUp.length).toBeGreaterThan(60);
    expect(madeUp.length).toBeLessThanOrEqual(120);
    // Half of `rememberSeconds` is five seconds.
    expect(flooded.asked.length - madeUp.length).toBeLessThanOrEqual(13);
  });

  test('end for a new tenant as soon as one more call is allowed: 503 says when', async () => {
    const flooded = makeFlooded({ newPerMinute: 10 }, async () => {});
    await Promise.all(flood(flooded, 0, 10));
    const error: unknown = await flooded.verifier.verify(token).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ reason: 'keys_unavailable', headers: { 'Retry-After': '6' } });
    await pass(6_000);
    expect(await verifyAcme(flooded)).toBe('accepted');
  });
});

test('a late answer about an issuer that was pushed out, and then refused, is ignored', async () => {
  const answers: ((answer: string | null) => void)[] = [];
  const endpoint = makeKeyEndpoint(key);
  const verifier = createTokenVerifier({
    issuer: {
      approve(issuer) {
        if (issuer !== acme) throw new Error('The database is down.');
        return new Promise<string | null>((resolve) => answers.push(resolve));
      },
      newPerMinute: 100_000,
    },
    fetch: endpoint.fetch,
  });
  const flooded: Flooded = { verifier, endpoint, asked: [], most: 0 };
  const first = outcomeOf(verifier.verify(token));
  for (let n = 0; n < 1_000; n += 50) await Promise.all(flood(flooded, n, n + 50));
  const second = outcomeOf(verifier.verify(token));
  await pass(0);
  answers[1]?.(null);
  expect(await second).toBe('issuer_refused');
  answers[0]?.(acme);
  expect(await first).toBe('accepted');
  await pass(10_000);
  const third = outcomeOf(verifier.verify(await mint(key, { iss: acme, sub: 'user_2' })));
  await pass(5_000);
  expect(await third).toBe('keys_unavailable');
  expect(answers).toHaveLength(3);
});

test('[4] a thousand tokens of one new issuer cause one call and one fetch', async () => {
  const flooded = makeFlooded();
  const outcomes = Array.from({ length: 1_000 }, () => outcomeOf(flooded.verifier.verify(token)));
  await pass(20);
  expect(count(await Promise.all(outcomes))).toEqual({ accepted: 1_000 });
  expect([flooded.asked, flooded.endpoint.urls.length]).toEqual([[acme], 1]);
});

test('[36] at most ten thousand requests wait for new issuers', async () => {
  const flooded = makeFlooded({ timeoutMs: 1_000 }, () => new Promise(() => {}));
  const issuers = 20;
  const outcomes = Array.from({ length: 11_000 }, (_, n) => flooded.verifier.verify(forgery(n % issuers)));
  let ended = 0;
  for (const outcome of outcomes) outcome.catch(() => (ended += 1));
  await pass(0);
  expect(ended).toBe(1_000);
  await pass(1_000);
  expect(ended).toBe(11_000);
  expect(flooded.asked).toHaveLength(issuers);
});

test('[34] after a pause of the process, an approved tenant is asked about before anything is refused', async () => {
  const flooded = makeFlooded({ rememberSeconds: 60, timeoutMs: 1_000 });
  expect(await verifyAcme(flooded)).toBe('accepted');
  await pass(45_000);
  // A renewal begins in the background, and the process is stopped during it.
  expect(await outcomeOf(flooded.verifier.verify(token))).toBe('accepted');
  vi.setSystemTime(Date.now() + 3_600_000);
  expect(await verifyAcme(flooded)).toBe('accepted');
  expect(flooded.asked).toHaveLength(3);
});

describe('a limit of calls', () => {
  const hang = () => new Promise<never>(() => {});

  test('is free again when a call ends, fails, is aborted or is forgotten', async () => {
    const limit = new CallLimit(1, 1_000);
    expect(limit.mayBegin()).toBe(true);
    const call = limit.run(async () => 'done');
    expect(limit.mayBegin()).toBe(false);
    expect(await call).toBe('done');
    expect(limit.mayBegin()).toBe(true);
    await expect(limit.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(limit.mayBegin()).toBe(true);
    const abort = new AbortController();
    void limit.run(hang, abort.signal);
    expect(limit.mayBegin()).toBe(false);
    abort.abort();
    expect(limit.mayBegin()).toBe(true);
    void limit.run(hang);
    await pass(999);
    expect(limit.mayBegin()).toBe(false);
    await pass(1);
    expect(limit.mayBegin()).toBe(true);
  });

  test('lets calls wait for their turn, in order', async () => {
    const limit = new CallLimit(1, 1_000, 2);
    const begun: string[] = [];
    const { signal } = new AbortController();
    const ends = new Map<string, () => void>();
    const call = (name: string, own = signal) =>
      limit.runInTurn(() => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      }, own);
    const abort = new AbortController();
    const calls = [call('a'), call('b', abort.signal)];
    expect(limit.mayWait()).toBe(true);
    calls.push(call('c'));
    expect(limit.mayWait()).toBe(false);
    abort.abort(new Error('too late'));
    await expect(calls[1]).rejects.toThrow('too late');
    expect(limit.mayWait()).toBe(true);
    calls.push(call('d'));
    ends.get('a')?.();
    await pass(0);
    ends.get('c')?.();
    await pass(0);
    expect(begun).toEqual(['a', 'c', 'd']);
    ends.get('d')?.();
    await Promise.all([calls[0], calls[2], calls[3]]);
    expect(limit.mayBegin()).toBe(true);
  });

  test('does not let a call wait whose signal is aborted already', async () => {
    const limit = new CallLimit(1, 1_000, 1);
    void limit.run(hang);
    await expect(limit.runInTurn(hang, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    expect(limit.mayWait()).toBe(true);
  });

  test('begins no call that waited while others reached their time limit', async () => {
    const limit = new CallLimit(1, 1_000, 1);
    const abort = new AbortController();
    const late = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const first = limit.runInTurn(() => late(abort.signal), abort.signal);
    const second = vi.fn();
    void limit.runInTurn(second, new AbortController().signal);
    abort.abort(new Error('too late'));
    await expect(first).rejects.toThrow('too late');
    await pass(0);
    expect(second).not.toHaveBeenCalled();
  });
});
