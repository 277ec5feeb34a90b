import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepToken } from '../src/browser/keep-token.ts';

interface Sent {
  readonly method: string | undefined;
  readonly token: string | null;
}

let sent: Sent[];
let answers: (() => Response | Promise<Response>)[];
let outdated: boolean;
let inStep: number;
const kept =
  (expiresInSeconds = 300, changed = false) =>
  () =>
    Response.json({ expiresInSeconds, changed, userId: 'ada' });
const cleared = (changed: boolean) => () => Response.json({ changed, userId: null });
const refused = (status: number, message: string) => () => Response.json({ error: { message } }, { status });

beforeEach(() => {
  vi.useFakeTimers();
  // Turns have tests of their own, without a clock that stands still.
  vi.stubGlobal('navigator', {});
  sent = [];
  answers = [];
  outdated = false;
  inStep = 0;
  vi.stubGlobal('fetch', async (_path: string, init: RequestInit) => {
    const token = new Headers(init.headers).get('authorization');
    sent.push({ method: init.method, token });
    const answer = answers.shift() ?? kept();
    return answer();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function start(getToken: () => Promise<string | null>, shownTo?: string | null) {
  const events: unknown[] = [];
  const keeper = keepToken({
    getToken,
    tokenPath: '/api/torii/token',
    isOutdated: () => outdated,
    shownTo: () => shownTo,
    onInStep: () => (inStep += 1),
    onSignedIn: () => events.push('signed in'),
    onSignedOut: () => events.push('signed out'),
    onProblem: (problem) => events.push((problem as Error).message),
  });
  return { keeper, events };
}

describe('the cookie', () => {
  test('gets the token at once, and no second time while it is the same', async () => {
    const { keeper, events } = start(async () => 'a');
    await keeper.sync();
    await keeper.sync();
    expect(sent).toEqual([{ method: 'POST', token: 'Bearer a' }]);
    expect(events).toEqual([]);
    keeper.stop();
  });

  test('is renewed before it ends, again and again', async () => {
    const { keeper } = start(async () => `token-${sent.length}`);
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(274_000);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(276_000);
    expect(sent.at(-1)).toEqual({ method: 'POST', token: 'Bearer token-2' });
    keeper.stop();
  });

  test('is renewed in time where tokens live for seconds', async () => {
    answers = [kept(6), kept(6)];
    const { keeper } = start(async () => `token-${sent.length}`);
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(4_100);
    expect(sent).toHaveLength(2);
    keeper.stop();
  });

  test('is asked for again where the browser still has the same token', async () => {
    const getToken = vi.fn(async () => 'same');
    const { keeper } = start(getToken);
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(299_000);
    expect(sent).toHaveLength(1);
    expect(getToken.mock.calls.length).toBeGreaterThan(2);
    expect(getToken.mock.calls.length).toBeLessThan(12);
    keeper.stop();
  });

  test('is not asked for without a pause where the token lives for longer than timers count', async () => {
    answers = [kept(30 * 24 * 60 * 60)];
    const getToken = vi.fn(async () => 'long');
    const { keeper } = start(getToken);
    await keeper.sync();
    getToken.mockClear();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(getToken).toHaveBeenCalledTimes(1);
    keeper.stop();
  });

  test('goes where nobody is signed in, and the page is told once', async () => {
    let token: string | null = 'a';
    const { keeper, events } = start(async () => token);
    await keeper.sync();
    token = null;
    answers = [cleared(true), cleared(false)];
    await keeper.sync();
    await keeper.sync();
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'DELETE']);
    expect(events).toEqual(['signed out']);
    keeper.stop();
  });

  test('tells the page where somebody is signed in who was not', async () => {
    answers = [kept(300, true)];
    const { keeper, events } = start(async () => 'a');
    await keeper.sync();
    expect([events, inStep]).toEqual([['signed in'], 0]);
    keeper.stop();
  });

  test.each([
    ['nobody, though the cookie was there already', null, async () => 'a', ['signed in']],
    ['somebody else', 'bob', async () => 'a', ['signed in']],
    ['this very person', 'ada', async () => 'a', []],
    ['somebody whose cookie has ended', 'ada', async () => null, ['signed out']],
    ['nobody, and nobody is there', null, async () => null, []],
  ])('is compared with whom the page was made for: %s', async (_name, shownTo, getToken, expected) => {
    answers = [(await getToken()) === null ? cleared(false) : kept()];
    const { keeper, events } = start(getToken, shownTo);
    await keeper.sync();
    expect(events).toEqual(expected);
    expect(inStep).toBe(shownTo === 'ada' && expected.length === 0 ? 1 : 0);
    keeper.stop();
  });

  test('is set once where several ask at the same time', async () => {
    const { keeper } = start(async () => 'a');
    await Promise.all([keeper.sync(), keeper.sync(), keeper.sync()]);
    expect(sent).toHaveLength(1);
    keeper.stop();
  });
});

describe('a sign-out while the token is on its way', () => {
  test('clears the cookie that came too late', async () => {
    let token: string | null = 'a';
    const { keeper, events } = start(async () => token, 'ada');
    answers = [
      () => {
        token = null;
        return kept()();
      },
      cleared(true),
    ];
    await keeper.sync();
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    expect(events).toEqual(['signed out']);
    keeper.stop();
  });

  test('in another tab does so too, where this one has its token in memory', async () => {
    const { keeper, events } = start(async () => 'a', 'ada');
    answers = [
      () => {
        outdated = true;
        return kept()();
      },
      cleared(true),
    ];
    await keeper.sync();
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    expect(events).toEqual(['signed out']);
    keeper.stop();
  });

  test('in another tab has the page loaded again, and what is in memory is not stored', async () => {
    outdated = true;
    const { keeper, events } = start(async () => 'a', 'ada');
    await keeper.sync();
    expect([sent, events]).toEqual([[], ['signed out']]);
    keeper.stop();
  });

  test('clears the cookie also where the answer broke off behind its headers', async () => {
    const { keeper, events } = start(async () => 'a', 'ada');
    answers = [
      () => {
        outdated = true;
        return new Response(new ReadableStream({ start: (body) => body.error(new Error('cut off')) }));
      },
      cleared(true),
    ];
    await keeper.sync();
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    // And the page is loaded again.
    await vi.advanceTimersByTimeAsync(2_000);
    expect(events).toEqual(['There is no token route at /api/torii/token.', 'signed out']);
    keeper.stop();
  });

  test('is tried again by a page that could not be loaded again at once, whether it stored a token or not', async () => {
    for (const before of [[], ['a']]) {
      outdated = false;
      const { keeper, events } = start(async () => 'a', 'ada');
      if (before.length > 0) await keeper.sync();
      outdated = true;
      await keeper.sync();
      expect(events).toEqual(['signed out']);
      await vi.advanceTimersByTimeAsync(61_000);
      expect(events).toEqual(['signed out', 'signed out']);
      keeper.stop();
      await vi.advanceTimersByTimeAsync(600_000);
      expect(events).toHaveLength(2);
    }
  });

  test('is tried again too where the cookie could be cleared, and the page not be loaded', async () => {
    answers = [cleared(true), cleared(false), cleared(false)];
    const { keeper, events } = start(async () => null, 'ada');
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(61_000);
    expect(events).toEqual(['signed out', 'signed out']);
    keeper.stop();
  });

  test('clears the cookie also where the page is gone by then', async () => {
    let token: string | null = 'a';
    const { keeper, events } = start(async () => token);
    answers = [
      () => {
        token = null;
        keeper.stop();
        return kept()();
      },
    ];
    await keeper.sync();
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    expect(events).toEqual([]);
  });
});

describe('what goes wrong', () => {
  test('is told, and tried again ever more slowly', async () => {
    const getToken = vi.fn(() => Promise.reject(new Error('offline')));
    const { keeper, events } = start(getToken);
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000 + 8000);
    expect(getToken).toHaveBeenCalledTimes(5);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(getToken.mock.calls.length).toBeLessThan(20);
    expect(new Set(events)).toEqual(new Set(['offline']));
    expect(sent).toEqual([]);
    keeper.stop();
  });

  test.each([
    [refused(400, 'The token is too large for a cookie.'), 'The token is too large for a cookie.'],
    [() => new Response('<html>', { status: 404 }), 'There is no token route at /api/torii/token.'],
    [() => new Response('ok'), 'There is no token route at /api/torii/token.'],
    [() => Response.json({ changed: 'yes' }), 'There is no token route at /api/torii/token.'],
  ])('is said in words', async (answer, message) => {
    answers = [answer];
    const { keeper, events } = start(async () => 'a');
    await keeper.sync();
    expect(events).toEqual([message]);
    keeper.stop();
  });

  test('ends with the page', async () => {
    const { keeper, events } = start(() => Promise.reject(new Error('offline')));
    await keeper.sync();
    keeper.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(events).toHaveLength(1);
  });

  test('is not told to a page that is gone', async () => {
    let answer = (_token: string | null) => {};
    const { keeper, events } = start(() => new Promise((resolve) => (answer = resolve)));
    const running = keeper.sync();
    keeper.stop();
    answer('late');
    await running;
    expect([events, sent]).toEqual([[], []]);
  });
});
