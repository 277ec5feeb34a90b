import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Patience, RemoteValue, TimeLimitError } from '../src/internal.ts';

const caller: Patience = { timeoutMs: 2_000, maxStaleMs: 0 };
const hasty: Patience = { ...caller, timeoutMs: 100 };
const lenient: Patience = { ...caller, maxStaleMs: 600_000 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: Date.UTC(2026, 0, 1) });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Attempt {
  readonly signal: AbortSignal;
  readonly succeed: (value: string) => Promise<void>;
  readonly fail: (cause: unknown) => Promise<void>;
}

/** A value whose loads end when the test says so. It is renewed after 4 seconds, and stale after 5. */
function makeValue(mayLoad: () => boolean = () => true) {
  const attempts: Attempt[] = [];
  const log: unknown[] = [];
  const value = new RemoteValue<string>({
    renewAfterMs: 4_000,
    staleAfterMs: 5_000,
    mayLoad,
    load: (signal) =>
      new Promise((resolve, reject) => {
        attempts.push({
          signal,
          succeed: async (text) => {
            resolve(text);
            await pass(0);
          },
          fail: async (cause) => {
            reject(cause);
            await pass(0);
          },
        });
      }),
    onLoaded: (text, durationMs, { timeoutMs }) => log.push(['loaded', text, durationMs, timeoutMs]),
    onFailed: (cause, { timeoutMs }) => log.push(['failed', cause, timeoutMs]),
  });
  return { value, attempts, log };
}

/** A value that has been loaded. */
async function makeHeld() {
  const made = makeValue();
  const first = made.value.current(caller);
  await made.attempts[0]?.succeed('first');
  await first;
  return made;
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** What a promise has resolved with so far, in a list. */
function noted<T>(promise: T | Promise<T>): readonly T[] {
  const found: T[] = [];
  void Promise.resolve(promise).then((result) => found.push(result));
  return found;
}

describe('a value that was never loaded', () => {
  test('is unknown, without a failure', () => {
    const { value } = makeValue();
    expect([value.peek(), value.latest, value.usable(lenient), value.failure]).toEqual(Array(4).fill(undefined));
    expect(value.retryInMs(caller)).toBe(0);
  });

  test('is loaded once for all who wait', async () => {
    const { value, attempts, log } = makeValue();
    const [first, second] = [value.current(caller), value.current(caller)].map(noted);
    await pass(500);
    expect([first, second]).toEqual([[], []]);
    await attempts[0]?.succeed('a');
    expect([first, second]).toEqual([['a'], ['a']]);
    expect(attempts).toHaveLength(1);
    expect(log).toEqual([['loaded', 'a', 500, 2_000]]);
  });

  test('can be set without a load', () => {
    const { value, attempts } = makeValue();
    value.set('a');
    expect([value.peek(), value.latest, value.current(caller)]).toEqual(['a', 'a', 'a']);
    expect(attempts).toEqual([]);
  });

  test('keeps a value that was set while a load was under way', async () => {
    const { value, attempts } = makeValue();
    void value.renew(caller);
    value.set('new');
    await attempts[0]?.succeed('old');
    expect(value.latest).toBe('new');
  });

  test('is not loaded if a rate limit forbids it', async () => {
    const { value, attempts } = makeValue(() => false);
    expect(await value.current(caller)).toBeUndefined();
    expect(await value.renew(caller)).toBe('forbidden');
    expect([attempts, value.failure]).toEqual([[], undefined]);
  });
});

describe('a value that was loaded', () => {
  test('is renewed in the background from exactly the age for that', async () => {
    const { value, attempts } = await makeHeld();
    await pass(3_999);
    expect([value.peek(), value.current(caller), attempts.length]).toEqual(['first', 'first', 1]);
    await pass(1);
    expect([value.peek(), value.current(caller), attempts.length]).toEqual([undefined, 'first', 2]);
    expect([value.current(caller), attempts.length]).toEqual(['first', 2]);
    await attempts[1]?.succeed('second');
    expect([value.peek(), value.current(caller)]).toEqual(['second', 'second']);
  });

  test('is waited for from exactly the age at which it is stale', async () => {
    const { value, attempts } = await makeHeld();
    await pass(4_999);
    expect(value.current(caller)).toBe('first');
    await pass(1);
    const outcome = noted(value.current(caller));
    await pass(0);
    expect([outcome, attempts.length]).toEqual([[], 2]);
    await attempts[1]?.succeed('second');
    expect(outcome).toEqual(['second']);
  });

  test('is used up to the greater of the two ages', async () => {
    const { value } = await makeHeld();
    const patient = { ...caller, maxStaleMs: 9_000 };
    await pass(4_999);
    expect([value.usable(caller), value.usable(patient)]).toEqual(['first', 'first']);
    await pass(1);
    expect([value.usable(caller), value.usable(patient)]).toEqual([undefined, 'first']);
    await pass(3_999);
    expect(value.usable(patient)).toBe('first');
    await pass(1);
    expect([value.usable(patient), value.latest]).toEqual([undefined, 'first']);
  });

  test('counts its age from when its load began', async () => {
    const { value, attempts } = makeValue();
    void value.current(caller);
    await pass(1_500);
    await attempts[0]?.succeed('a');
    await pass(2_499);
    expect(value.peek()).toBe('a');
    await pass(1);
    expect(value.peek()).toBeUndefined();
  });

  test('is forgotten, together with the loads that have begun', async () => {
    const { value, attempts, log } = await makeHeld();
    await pass(5_000);
    const outcome = noted(value.current(caller));
    value.forget();
    expect([value.latest, value.failure]).toEqual([undefined, undefined]);
    await attempts[1]?.succeed('before the change');
    expect([value.latest, outcome, attempts.length]).toEqual([undefined, [], 3]);
    await attempts[2]?.succeed('after the change');
    expect([value.latest, outcome]).toEqual(['after the change', ['after the change']]);
    expect(log.map((entry) => Object(entry)[1])).toEqual(['first', 'after the change']);
  });

  test('forgets a failure too, and one of a load that had begun', async () => {
    const { value, attempts, log } = makeValue();
    void value.renew(caller);
    await attempts[0]?.fail('down');
    expect(value.failure?.cause).toBe('down');
    value.forget();
    expect([value.failure, value.retryInMs(caller)]).toEqual([undefined, 0]);
    value.renewInBackground(caller);
    value.forget();
    await attempts[1]?.fail('down before the change');
    expect([value.failure, log.length]).toEqual([undefined, 1]);
  });
});

describe('a load that fails', () => {
  test('is the only reason to use a stale value while a rate limit forbids loads', async () => {
    let isAllowed = true;
    const { value, attempts } = makeValue(() => isAllowed);
    void value.renew(caller);
    await attempts[0]?.succeed('first');
    await pass(5_000);
    isAllowed = false;
    expect(await value.current(lenient)).toBeUndefined();
    isAllowed = true;
    void value.renew(caller);
    await attempts[1]?.fail('down');
    await pass(70_000);
    isAllowed = false;
    expect(await value.current(lenient)).toBe('first');
  });

  test('is reported, and is not repeated for a second from its begin', async () => {
    const { value, attempts, log } = makeValue();
    const outcome = noted(value.current(caller));
    await pass(300);
    await attempts[0]?.fail('down');
    expect([outcome, log]).toEqual([[undefined], [['failed', 'down', 2_000]]]);
    expect([value.failure?.cause, value.retryInMs(caller)]).toEqual(['down', 700]);
    await pass(699);
    expect([await value.renew(caller), await value.current(caller), attempts.length]).toEqual([
      'forbidden',
      undefined,
      1,
    ]);
    await pass(1);
    expect(value.retryInMs(caller)).toBe(0);
    const again = noted(value.current(caller));
    await attempts[1]?.succeed('a');
    expect([again, value.failure]).toEqual([['a'], undefined]);
    await pass(900);
    expect(value.retryInMs(caller)).toBe(0);
  });

  test('leaves the value in use, without a wait, for a minute and a time limit after the failure', async () => {
    const { value, attempts } = await makeHeld();
    await pass(5_000);
    const outcome = noted(value.current(lenient));
    await attempts[1]?.fail('down');
    expect(outcome).toEqual(['first']);
    expect(value.current(lenient)).toBe('first');
    await pass(500);
    expect(value.current(lenient)).toBe('first');
    expect(value.current(caller)).toBeInstanceOf(Promise);
    await pass(61_499);
    expect(value.current(lenient)).toBe('first');
    await pass(1);
    expect(value.current(lenient)).toBeInstanceOf(Promise);
  });

  test('does not leave the value in use once it is too old for the caller', async () => {
    const { value, attempts } = await makeHeld();
    await pass(5_000);
    void value.renew(caller);
    await attempts[1]?.fail('down');
    expect(value.current({ ...caller, maxStaleMs: 5_001 })).toBe('first');
    expect(value.current({ ...caller, maxStaleMs: 5_000 })).toBeInstanceOf(Promise);
  });

  test('does not hide the failure of a later load', async () => {
    const { value, attempts, log } = makeValue();
    void value.renew(caller);
    vi.clearAllTimers(); // As if the first load had died with its request.
    await pass(3_000);
    void value.renew(caller);
    await attempts[1]?.fail('second');
    await attempts[0]?.fail('first');
    expect(value.failure?.cause).toBe('second');
    expect(log).toEqual([['failed', 'second', 2_000]]);
  });

  test('stays a failure if an earlier load succeeds later, whose value is used', async () => {
    const { value, attempts } = makeValue();
    void value.renew(caller);
    vi.clearAllTimers();
    await pass(3_000);
    void value.renew(caller);
    await attempts[1]?.fail('second');
    await attempts[0]?.succeed('first');
    expect([value.latest, value.failure?.cause]).toEqual(['first', 'second']);
  });
});

describe('a load that takes too long', () => {
  test('is aborted at exactly its time limit, and its later result counts', async () => {
    const { value, attempts, log } = makeValue();
    const outcome = noted(value.current(caller));
    await pass(1_999);
    expect([outcome, attempts[0]?.signal.aborted]).toEqual([[], false]);
    await pass(1);
    expect([outcome, attempts[0]?.signal.aborted]).toEqual([[undefined], true]);
    expect(value.failure?.cause).toBeInstanceOf(TimeLimitError);
    await attempts[0]?.succeed('late');
    expect([value.latest, value.failure]).toEqual(['late', undefined]);
    expect(log).toEqual([
      ['failed', expect.any(TimeLimitError), 2_000],
      ['loaded', 'late', 2_000, 2_000],
    ]);
  });

  test('leaves a later load to those who come', async () => {
    const { value, attempts } = makeValue();
    void value.renew({ ...caller, timeoutMs: 30_000 });
    await pass(1_100);
    void value.renew(hasty);
    await attempts[0]?.succeed('a');
    void value.renew(hasty);
    expect(attempts).toHaveLength(2);
  });

  test('because the process was paused is used if it is young enough, and repeated otherwise', async () => {
    const { value, attempts } = makeValue();
    const outcome = noted(value.current(caller));
    vi.setSystemTime(Date.now() + 4_999);
    await attempts[0]?.succeed('young');
    expect([outcome, attempts.length]).toEqual([['young'], 1]);
    value.forget();
    const again = noted(value.current(caller));
    vi.setSystemTime(Date.now() + 5_000);
    await attempts[1]?.succeed('old');
    expect([again, attempts.length]).toEqual([[], 3]);
    await attempts[2]?.succeed('young');
    expect(again).toEqual(['young']);
  });

  test('does not replace the result of a later load', async () => {
    const { value, attempts, log } = makeValue();
    void value.renew(caller);
    await pass(2_000);
    void value.renew(caller);
    await attempts[1]?.succeed('new');
    await attempts[0]?.succeed('old');
    expect([value.latest, log.length]).toEqual(['new', 2]);
  });

  test('for a caller with less patience is no failure for one with more', async () => {
    const { value, attempts } = makeValue();
    const [impatient, patient] = [noted(value.current(hasty)), noted(value.current(caller))];
    await pass(100);
    expect([impatient, patient, attempts.length]).toEqual([[undefined], [], 2]);
    expect([value.retryInMs(hasty), value.retryInMs(caller)]).toEqual([900, 0]);
    await attempts[1]?.succeed('a');
    expect(patient).toEqual(['a']);
  });

  test('for a caller with less patience goes on for as long as the most patient one allows', async () => {
    const { value, attempts } = await makeHeld();
    await pass(5_000);
    const outcome = noted(value.renew(hasty));
    await pass(99);
    expect(outcome).toEqual([]);
    await pass(1);
    expect([outcome, attempts[1]?.signal.aborted, value.failure]).toEqual([['late'], false, undefined]);
    await attempts[1]?.succeed('second');
    expect(value.latest).toBe('second');
  });

  test('for a caller with less patience leaves that caller the stale value', async () => {
    const { value } = await makeHeld();
    await pass(5_000);
    const outcomes = [hasty, { ...lenient, timeoutMs: 100 }].map((each) => noted(value.current(each)));
    await pass(100);
    expect(outcomes).toEqual([[undefined], ['first']]);
  });

  test('is joined by callers with less patience, each of whom waits as long as it would for its own', async () => {
    const { value, attempts } = makeValue();
    void value.renew(caller);
    await pass(1_500);
    const outcome = noted(value.renew(hasty));
    await pass(100);
    expect([outcome, attempts.length]).toEqual([['late'], 1]);
  });

  test('for a caller with less patience, the only one so far, does not leave a stale value in use for one with more', async () => {
    const { value, attempts } = makeValue();
    void value.renew(hasty);
    await attempts[0]?.succeed('first');
    await pass(5_000);
    void value.renew(hasty);
    await pass(100);
    expect(value.current({ ...lenient, timeoutMs: 100 })).toBe('first');
    expect(value.current(lenient)).toBeInstanceOf(Promise);
    expect(attempts).toHaveLength(3);
  });

  test('is no load that takes too long for a caller with less patience, if it ends in time for that caller', async () => {
    const { value, attempts } = makeValue();
    void value.renew(caller);
    const outcome = noted(value.renew(hasty));
    await attempts[0]?.succeed('a');
    expect(outcome).toEqual(['tried']);
  });

  test('[34] is repeated for a caller with less patience who waited through a pause', async () => {
    const { value, attempts } = makeValue();
    void value.renew(caller);
    const outcome = noted(value.renew(hasty));
    vi.setSystemTime(Date.now() + 60_000);
    await pass(100);
    expect([outcome, attempts.length]).toEqual([[], 2]);
  });
});

describe('a load that died with its request, so that no timer of it fires', () => {
  test('is replaced a second after its time limit by those who wait', async () => {
    const { value, attempts } = makeValue();
    void value.renew(caller);
    vi.clearAllTimers();
    await pass(500);
    const outcome = noted(value.current(caller));
    await pass(2_499);
    expect([outcome, attempts.length]).toEqual([[], 1]);
    await pass(1);
    expect([outcome, attempts.length]).toEqual([[], 2]);
    await attempts[1]?.succeed('a');
    expect(outcome).toEqual(['a']);
  });

  test('is replaced at once by a caller who comes later than that', async () => {
    const { value, attempts } = makeValue();
    void value.renew(caller);
    vi.clearAllTimers();
    await pass(2_999);
    void value.renew(caller);
    expect(attempts).toHaveLength(1);
    await pass(1);
    void value.renew(caller);
    expect(attempts).toHaveLength(2);
  });

  test('is replaced three times in all, and then the value of before is used as long as it may be', async () => {
    const { value, attempts } = await makeHeld();
    await pass(5_000);
    const outcome = noted(value.current(lenient));
    for (let n = 2; n <= 4; n++) {
      expect([outcome, attempts.length]).toEqual([[], n]);
      vi.setSystemTime(Date.now() + 60_000);
      await vi.runOnlyPendingTimersAsync();
    }
    expect([outcome, attempts.length]).toEqual([['first'], 4]);
  });

  test('is replaced if its promise rejects, as on Cloudflare Workers', async () => {
    const load = vi.fn(() => Promise.reject(new Error('down')));
    const onFailed = () => {
      throw new Error('the request has ended');
    };
    const source = {
      renewAfterMs: 4_000,
      staleAfterMs: 5_000,
      mayLoad: () => true,
      load,
      onLoaded: () => {},
      onFailed,
    };
    const value = new RemoteValue<string>(source);
    expect(await value.renew(caller)).toBe('forbidden');
    await pass(1_000);
    const again = value.renew(caller);
    expect(load).toHaveBeenCalledTimes(2);
    expect(await again).toBe('forbidden');
  });

  test('keeps background loads from beginning', async () => {
    const { value, attempts } = await makeHeld();
    await pass(4_000);
    value.renewInBackground(caller);
    vi.clearAllTimers();
    await pass(900);
    value.renewInBackground(caller);
    expect(value.current(caller)).toBe('first');
    expect(attempts).toHaveLength(2);
  });
});

test('[36] at most 10,000 callers wait', async () => {
  const { value, attempts } = makeValue();
  const waiting = Array.from({ length: 10_000 }, () => value.renew(caller));
  expect(await value.renew(caller)).toBe('forbidden');
  expect(await value.current(caller)).toBeUndefined();
  await attempts[0]?.succeed('a');
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['tried']));
  expect(attempts).toHaveLength(1);
});
