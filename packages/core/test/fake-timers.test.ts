import { Keyv } from 'keyv';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createVerifier, type Verifier } from '../src/index.ts';
import { createJwtVerifier } from '../src/jwt/index.ts';
import { pause } from '../src/time/pause.ts';
import { createWebhookReceiver } from '../src/webhooks/index.ts';
import { shortenBackupWaits } from './backup-waits.ts';
import { makeKeyEndpoint } from './key-endpoint.ts';
import { claimsWith, issuer, makeKey, mint } from './mint.ts';
import { outcomeOf } from './outcome.ts';
import { deliver, secret } from './webhook-delivery.ts';

// The timers of a user's tests. Only the user moves their clock, and many never do.

const minutes = 60_000;
const year = 365 * 24 * 60 * minutes;
const [oldKey, newKey, stranger] = await Promise.all([makeKey('old'), makeKey('new'), makeKey('stranger')]);

type Given = Pick<Parameters<typeof createVerifier>[0], 'fetch'>;
const makers: readonly [string, (given: Given) => Verifier<object, never>][] = [
  ['createVerifier', (given) => createVerifier({ issuer, ...given })],
  [
    'createJwtVerifier',
    (given) => createJwtVerifier({ jwks: `${issuer}/_torii/.well-known/jwks.json`, algorithms: ['ES256'], ...given }),
  ],
];

type Faked = Parameters<typeof vi.useFakeTimers>[0];
const clocks: readonly [string, Faked][] = [
  ['every timer and clock', {}],
  ['every timer and clock, microtasks too', { toNotFake: ['nextTick'] }],
  ['timers alone', { toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate'] }],
  ['timers and the date', { toFake: ['setTimeout', 'clearTimeout', 'Date'] }],
  ['the clocks alone', { toFake: ['Date', 'performance'] }],
  ['timers that begin far in the future', { now: Date.UTC(2090, 0, 1) }],
  ['timers that begin far in the past', { now: Date.UTC(1999, 0, 1) }],
];

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function unknownTokens(count: number): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: count }, (_, n) => mint({ ...stranger, kid: `unknown-${n}` }, { exp: longExp() })),
  );
}

function longExp(): number {
  return Number(claimsWith()['iat']) + 7_200;
}

describe.each(clocks)('with fake timers (%s)', (_name, faked) => {
  test('unknown keys are refused, and a key that is published after them verifies', async () => {
    shortenBackupWaits();
    vi.useFakeTimers(faked);
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = createVerifier({ issuer, fetch: endpoint.fetch });
    for (const token of await unknownTokens(2)) expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
    endpoint.publish(oldKey, newKey);
    expect(await outcomeOf(torii.verify(await mint(newKey)))).toBe('accepted');
  });

  test('that begin after an unknown key, another one is refused, and one more with real timers', async () => {
    shortenBackupWaits();
    const torii = createVerifier({ issuer, fetch: makeKeyEndpoint(oldKey).fetch });
    const [first = '', last = ''] = await unknownTokens(2);
    expect(await outcomeOf(torii.verify(first))).toBe('key_unknown');
    vi.useFakeTimers(faked);
    expect(await outcomeOf(torii.verify(await mint(stranger)))).toBe('key_unknown');
    vi.useRealTimers();
    expect(await outcomeOf(torii.verify(last))).toBe('key_unknown');
  });
});

test.each(makers)(
  '%s refuses a long row of unknown keys while the clock stands, and goes on with real timers',
  async (_name, make) => {
    shortenBackupWaits();
    vi.useFakeTimers();
    vi.advanceTimersByTime(year);
    const endpoint = makeKeyEndpoint(oldKey);
    const torii = make({ fetch: endpoint.fetch });
    expect(await outcomeOf(torii.verify(await mint(oldKey)))).toBe('accepted');
    for (const token of await unknownTokens(20)) expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
    vi.useRealTimers();
    endpoint.publish(newKey);
    expect(await outcomeOf(torii.verify(await mint(newKey)))).toBe('accepted');
  },
);

test('[4] a thousand unknown keys at once cause one fetch more while the clock stands, and a later key verifies', async () => {
  vi.useFakeTimers();
  const endpoint = makeKeyEndpoint(oldKey);
  const torii = createVerifier({ issuer, fetch: endpoint.fetch });
  await torii.verify(await mint(oldKey));
  const flood = (await unknownTokens(1_000)).map((token) => outcomeOf(torii.verify(token)));
  expect(new Set(await Promise.all(flood))).toEqual(new Set(['key_unknown']));
  expect(endpoint.fetchedAt).toHaveLength(2);
  vi.advanceTimersByTime(10_000);
  endpoint.publish(oldKey, newKey);
  expect(await outcomeOf(torii.verify(await mint(newKey)))).toBe('accepted');
});

test('[4] searches that no timer ends still obey the limit on fetches', async () => {
  shortenBackupWaits();
  vi.useFakeTimers();
  const endpoint = makeKeyEndpoint(oldKey);
  const torii = createVerifier({ issuer, fetch: endpoint.fetch });
  await torii.verify(await mint(oldKey));
  for (const token of await unknownTokens(4)) await outcomeOf(torii.verify(token));
  expect(endpoint.fetchedAt).toHaveLength(3);
});

test.each(makers)('%s expires tokens by the faked time, in both directions', async (_name, makeVerifier) => {
  vi.useFakeTimers();
  const torii = makeVerifier({ fetch: makeKeyEndpoint(oldKey).fetch });
  const start = Date.now();
  const token = await mint(oldKey, { exp: Math.floor(start / 1000) + 3_600 });
  expect(await outcomeOf(torii.verify(token))).toBe('accepted');
  vi.setSystemTime(start + 2 * 60 * minutes);
  expect(await outcomeOf(torii.verify(token))).toBe('token_expired');
  vi.setSystemTime(start - 60 * minutes);
  expect(await outcomeOf(torii.verify(token))).toBe('token_not_yet_valid');
  vi.setSystemTime(start);
  expect(await outcomeOf(torii.verify(token))).toBe('accepted');
  await vi.advanceTimersByTimeAsync(2 * 60 * minutes);
  expect(await outcomeOf(torii.verify(token))).toBe('token_expired');
});

test('[12] a withdrawn key is not used after both clocks were set back', async () => {
  vi.useFakeTimers();
  const endpoint = makeKeyEndpoint(oldKey);
  const torii = createVerifier({ issuer, fetch: endpoint.fetch });
  await vi.advanceTimersByTimeAsync(year);
  await torii.verify(await mint(oldKey));
  endpoint.publish(newKey);
  vi.useRealTimers();
  vi.useFakeTimers();
  expect(await outcomeOf(torii.verify(await mint(oldKey)))).toBe('key_unknown');
});

test('fixed keys need no timer and no clock but the date', async () => {
  vi.useFakeTimers();
  const torii = createVerifier({ issuer, keys: { keys: [oldKey.publicJwk] } });
  expect(await outcomeOf(torii.verify(await mint(oldKey)))).toBe('accepted');
  for (const token of await unknownTokens(12)) expect(await outcomeOf(torii.verify(token))).toBe('key_unknown');
});

test('a verifier that is imported after the timers were faked refuses the second unknown key too', async () => {
  vi.resetModules();
  vi.useFakeTimers();
  const core = await import('../src/index.ts');
  const torii = core.createVerifier({ issuer, fetch: makeKeyEndpoint(oldKey).fetch });
  for (const token of await unknownTokens(2))
    await expect(torii.verify(token)).rejects.toMatchObject({ reason: 'key_unknown' });
});

test('leaves no fake timer behind', async () => {
  vi.useFakeTimers();
  const torii = createVerifier({ issuer, fetch: makeKeyEndpoint(oldKey).fetch });
  for (const token of await unknownTokens(2)) await outcomeOf(torii.verify(token));
  expect(vi.getTimerCount()).toBe(0);
});

test('a key endpoint that never responds is given up when the fake clock reaches the time limit', async () => {
  vi.useFakeTimers();
  const torii = createVerifier({ issuer, fetch: () => new Promise(() => {}), keysTimeoutMs: 3_000 });
  const outcome = outcomeOf(torii.verify(await mint(oldKey)));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await outcome).toBe('keys_unavailable');
});

test('[29] a webhook is handled once, and a repetition of it recognized, while the clock stands', async () => {
  vi.useFakeTimers();
  const receiver = createWebhookReceiver({ secret, store: new Keyv() });
  const handled: string[] = [];
  for (let time = 0; time < 3; time++) await receiver.receive(deliver(), (event) => void handled.push(event.id));
  expect(handled).toEqual(['evt_1']);
  vi.setSystemTime(Date.now() + 6 * minutes);
  expect(await receiver.receive(deliver({ ageSeconds: 6 * 60 }), () => {})).toMatchObject({ status: 400 });
});

describe('a pause', () => {
  test('ends with the fake timer', async () => {
    vi.useFakeTimers();
    const ended = vi.fn();
    void pause(600_000).then(ended);
    await vi.advanceTimersByTimeAsync(599_999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalledOnce();
  });

  test('ends without it', async () => {
    vi.useFakeTimers();
    expect(await pause(50)).toBeUndefined();
  });

  test.each([
    ['at once if its signal is already aborted', AbortSignal.abort()],
    ['when its signal is aborted', AbortSignal.timeout(1)],
  ])('ends %s, and leaves no timer', async (_when, signal) => {
    vi.useFakeTimers();
    expect(await pause(600_000, signal)).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends with the timer where there is no shared memory and no message channel', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    vi.stubGlobal('MessageChannel', undefined);
    expect(await pause(1)).toBeUndefined();
  });
});
