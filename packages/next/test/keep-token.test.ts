import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepToken } from '../src/browser/cookie/keep-token.ts';
import type { GetToken } from '../src/browser/session/session.ts';

interface Sent {
  readonly method: string | undefined;
  readonly token: string | null;
}

let sent: Sent[];
let answers: (() => Response | Promise<Response>)[];
let outdated: boolean;
let upToDate: number;
let ready: boolean;
/** Whether another tab has changed the cookie since this page was loaded. */
let changedElsewhere: boolean;
let changesHere: number;
let users: string[];
const kept =
  (expiresInSeconds = 300, changed = false) =>
  () =>
    Response.json({ expiresInSeconds, changed, userId: 'ada' });
const cleared = (changed: boolean) => () => Response.json({ changed, userId: null });
const refused = (status: number, message: string) => () => Response.json({ error: { message } }, { status });
const revoked = () => Response.json({ error: { reason: 'token_revoked', message: 'Revoked.' } }, { status: 401 });

beforeEach(() => {
  vi.useFakeTimers();
  // Without locks, which do not work with fake timers. turns.test.ts tests them.
  vi.stubGlobal('navigator', {});
  sent = [];
  answers = [];
  outdated = false;
  upToDate = 0;
  ready = true;
  changedElsewhere = false;
  changesHere = 0;
  users = [];
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

function start(getToken: GetToken, renderedFor?: string | null) {
  const events: unknown[] = [];
  const keeper = keepToken({
    getToken,
    tokenPath: '/api/torii/token',
    isReady: () => ready,
    isOutdated: () => outdated,
    renderedFor: () => renderedFor,
    isRenderedBeforeChange: () => changedElsewhere,
    onUser: (userId) => users.push(userId),
    onChanged: () => (changesHere += 1),
    onUpToDate: () => (upToDate += 1),
    onSignedIn: () => events.push('signed in'),
    onSignedOut: () => events.push('signed out'),
    onProblem: (problem) => events.push((problem as Error).message),
  });
  return { keeper, events };
}

describe('the cookie', () => {
  test('gets the token once, and not again while the token is the same', async () => {
    const { keeper, events } = start(async () => 'a');
    await keeper.sync();
    await keeper.sync();
    expect(sent).toEqual([{ method: 'POST', token: 'Bearer a' }]);
    expect(events).toEqual([]);
    keeper.stop();
  });

  test('is renewed each time before it expires', async () => {
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

  test('is renewed in time if tokens live for only a few seconds', async () => {
    answers = [kept(6), kept(6)];
    const { keeper } = start(async () => `token-${sent.length}`);
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(4_100);
    expect(sent).toHaveLength(2);
    keeper.stop();
  });

  test('is renewed as soon as the device wakes up, if it slept while the token route answered', async () => {
    answers = [
      () => {
        vi.setSystemTime(Date.now() + 280_000);
        return kept()();
      },
    ];
    const { keeper } = start(async () => `token-${sent.length}`);
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(sent).toHaveLength(2);
    keeper.stop();
  });

  test('is renewed in time although the clock of the device was set back', async () => {
    const { keeper } = start(async () => (sent.length < 2 && performance.now() < 290_000 ? 'same' : 'new'));
    await keeper.sync();
    vi.setSystemTime(Date.now() - 3_600_000);
    // The page was hidden and is visible again.
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(299_000);
    expect(sent.at(-1)).toEqual({ method: 'POST', token: 'Bearer new' });
    keeper.stop();
  });

  test('is checked again if the browser still returned the same token', async () => {
    const getToken = vi.fn(async () => 'same');
    const { keeper } = start(getToken);
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(299_000);
    expect(sent).toHaveLength(1);
    expect(getToken.mock.calls.length).toBeGreaterThan(2);
    expect(getToken.mock.calls.length).toBeLessThan(12);
    keeper.stop();
  });

  test('is not checked in a busy loop if the token outlives the longest possible timer', async () => {
    answers = [kept(30 * 24 * 60 * 60)];
    const getToken = vi.fn(async () => 'long');
    const { keeper } = start(getToken);
    await keeper.sync();
    getToken.mockClear();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(getToken).toHaveBeenCalledTimes(1);
    keeper.stop();
  });

  test('is cleared after a sign-out, and the page is told once', async () => {
    let token: string | null = 'a';
    const { keeper, events } = start(async () => token);
    await keeper.sync();
    token = null;
    answers = [cleared(true), cleared(false)];
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'DELETE']);
    expect(events).toEqual(['signed out']);
    keeper.stop();
  });

  test('tells the page that another user is signed in now', async () => {
    answers = [kept(300, true)];
    const { keeper, events } = start(async () => 'a');
    await keeper.sync();
    expect([events, upToDate]).toEqual([['signed in'], 0]);
    keeper.stop();
  });

  test.each([
    ['signed out, but the cookie was set by now', null, async () => 'a', ['signed in']],
    ['another user', 'bob', async () => 'a', ['signed in']],
    ['the same user', 'ada', async () => 'a', []],
    ['a user whose cookie has expired', 'ada', async () => null, ['signed out']],
    ['signed out, and still signed out', null, async () => null, []],
  ])('is compared with the user that the page was rendered for: %s', async (_name, renderedFor, getToken, expected) => {
    answers = [(await getToken()) === null ? cleared(false) : kept()];
    const { keeper, events } = start(getToken, renderedFor);
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(1000);
    expect(events).toEqual(expected);
    expect(upToDate).toBe(renderedFor === 'ada' && expected.length === 0 ? 1 : 0);
    keeper.stop();
  });

  test('is set once for concurrent calls of sync', async () => {
    const { keeper } = start(async () => 'a');
    await Promise.all([keeper.sync(), keeper.sync(), keeper.sync()]);
    expect(sent).toHaveLength(1);
    keeper.stop();
  });
});

describe('a page that does not know whom it was rendered for', () => {
  test.each([
    ['another tab set the cookie for a user since', 'a', true, ['signed in']],
    ['another tab cleared the cookie since', null, true, ['signed out']],
    ['the cookie is older than the page', 'a', false, []],
    ['the user has been signed out all along', null, false, []],
  ])(
    'is loaded again if another tab has changed the cookie since, and only then: %s',
    async (_name, token, since, expected) => {
      changedElsewhere = since;
      answers = [token === null ? cleared(false) : kept()];
      const { keeper, events } = start(async () => token);
      await keeper.sync();
      await vi.advanceTimersByTimeAsync(1000);
      expect([events, changesHere]).toEqual([expected, 0]);
      keeper.stop();
    },
  );

  test('notices another user than at its first look', async () => {
    const forBob = () => Response.json({ expiresInSeconds: 300, changed: false, userId: 'bob' });
    answers = [kept(), forBob];
    const { keeper, events } = start(async () => `token-${sent.length}`);
    await keeper.sync();
    await keeper.sync();
    expect([events, users]).toEqual([['signed in'], ['ada', 'bob']]);
    keeper.stop();
  });

  test('tells other pages that it has changed the cookie', async () => {
    answers = [kept(300, true), kept(), cleared(true)];
    let token: string | null = 'a';
    const { keeper } = start(async () => token);
    await keeper.sync();
    token = 'b';
    await keeper.sync();
    expect(changesHere).toBe(1);
    token = null;
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(1000);
    expect(changesHere).toBe(2);
    keeper.stop();
  });
});

describe('a token that is good', () => {
  test.each<readonly [string, () => Promise<string | null>]>([
    ['null for a moment, because the provider reconnects', async () => null],
    ['an error', () => Promise.reject(new Error('offline'))],
  ])('is kept if getToken gives %s', async (_name, gives) => {
    let failing = false;
    const { keeper, events } = start(async () => (failing ? gives() : 'a'), 'ada');
    await keeper.sync();
    failing = true;
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(900);
    failing = false;
    await vi.advanceTimersByTimeAsync(200_000);
    expect(sent).toEqual([{ method: 'POST', token: 'Bearer a' }]);
    expect(events.filter((event) => event !== 'offline')).toEqual([]);
    keeper.stop();
  });

  test('is kept while the issuer is down for an hour, and the next one is stored afterwards', async () => {
    const startMs = Date.now();
    const down = () => Date.now() - startMs > 10_000 && Date.now() - startMs < 3_600_000;
    const getToken = async () => {
      if (down()) throw new Error('down');
      return `token-${sent.length}`;
    };
    const { keeper } = start(getToken, 'ada');
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(3_700_000);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'POST']);
    keeper.stop();
  });

  test('is kept while the token route answers 503', async () => {
    const unavailable = refused(503, 'The keys cannot be fetched.');
    answers = [kept(), unavailable, unavailable];
    const { keeper } = start(async () => `token-${sent.length}`, 'ada');
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'POST']);
    keeper.stop();
  });

  test('is asked for again as soon as the session is ready', async () => {
    ready = false;
    const { keeper, events } = start(async () => null, 'ada');
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([sent, events]).toEqual([[], []]);
    keeper.stop();
  });
});

describe('a token that may have changed', () => {
  test('is stored at once if it has', async () => {
    let token: string | null = 'acme';
    const { keeper } = start(async () => token, 'ada');
    await keeper.sync();
    token = 'globex';
    await keeper.syncIfTokenChanged();
    await keeper.syncIfTokenChanged();
    expect(sent.map((request) => request.token)).toEqual(['Bearer acme', 'Bearer globex']);
    token = null;
    answers = [cleared(true)];
    await keeper.syncIfTokenChanged();
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent.at(-1)?.method).toBe('DELETE');
    keeper.stop();
  });

  test('is stored after an update that is running has stored the one before', async () => {
    let token = 'acme';
    const { keeper } = start(async () => token, 'ada');
    answers = [
      () => {
        token = 'globex';
        return kept()();
      },
    ];
    await Promise.all([keeper.sync(), keeper.syncIfTokenChanged()]);
    expect(sent.map((request) => request.token)).toEqual(['Bearer acme', 'Bearer globex']);
    keeper.stop();
  });

  test('sends nothing while the user is signed out, however often it is asked', async () => {
    answers = [cleared(false)];
    const { keeper } = start(async () => null, null);
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(1000);
    for (let count = 0; count < 5; count++) await keeper.syncIfTokenChanged();
    expect(sent.map(({ method }) => method)).toEqual(['DELETE']);
    keeper.stop();
  });

  test('is asked for a few times a second at most, although the page renders again for each call', async () => {
    let keeper: ReturnType<typeof start>['keeper'] | undefined;
    let token = 'acme';
    const getToken = vi.fn(async () => {
      void keeper?.syncIfTokenChanged();
      return token;
    });
    ({ keeper } = start(getToken, 'ada'));
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(getToken.mock.calls.length).toBeLessThan(100);
    // A change is noticed nevertheless.
    token = 'globex';
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent.at(-1)?.token).toBe('Bearer globex');
    keeper.stop();
    getToken.mockClear();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(getToken).not.toHaveBeenCalled();
  });

  test.each<readonly [string, () => Promise<string | null>, boolean]>([
    ['an error', () => Promise.reject(new Error('offline')), false],
    ['a page that did not reload', async () => 'a', true],
  ])(
    'waits for the next retry after %s, so that pages that render on problems do not loop',
    async (_name, getToken, signedOutElsewhere) => {
      outdated = signedOutElsewhere;
      let keeper: ReturnType<typeof keepToken> | undefined;
      let problems = 0;
      const rendersAgain = () => {
        problems += 1;
        void keeper?.syncIfTokenChanged();
      };
      keeper = keepToken({
        getToken,
        tokenPath: '/api/torii/token',
        isReady: () => ready,
        isOutdated: () => outdated,
        renderedFor: () => 'ada',
        isRenderedBeforeChange: () => changedElsewhere,
        onUser: () => {},
        onChanged: () => {},
        onUpToDate: () => {},
        onSignedIn: () => {},
        onSignedOut: rendersAgain,
        onProblem: rendersAgain,
      });
      await keeper.sync();
      await vi.advanceTimersByTimeAsync(900);
      expect(problems).toBe(1);
      keeper.stop();
    },
  );
});

describe('a sign-out while the token is being stored', () => {
  test('clears the cookie that the late response set', async () => {
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

  test('in another tab clears the cookie too, although this tab still has a token in memory', async () => {
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

  test('in another tab reloads this page if it happened while the token was asked for, as in a frozen tab', async () => {
    const { keeper, events } = start(async () => {
      outdated = true;
      return 'a';
    });
    await keeper.sync();
    expect([sent, events]).toEqual([[], ['signed out']]);
    keeper.stop();
  });

  test('in another tab reloads this page, and the token in memory is not stored', async () => {
    outdated = true;
    const { keeper, events } = start(async () => 'a', 'ada');
    await keeper.sync();
    expect([sent, events]).toEqual([[], ['signed out']]);
    keeper.stop();
  });

  test('clears the cookie even if the response body broke off after the headers', async () => {
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
    await vi.advanceTimersByTimeAsync(2_000);
    expect(events).toEqual([expect.stringContaining('/api/torii/token'), 'signed out']);
    keeper.stop();
  });

  test('asks for a reload again later if the page did not reload, whether it had stored a token or not', async () => {
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

  test('asks for a reload again later if the cookie was cleared but the page did not reload', async () => {
    answers = [cleared(true), cleared(false), cleared(false)];
    const { keeper, events } = start(async () => null, 'ada');
    await keeper.sync();
    await vi.advanceTimersByTimeAsync(62_000);
    expect(events).toEqual(['signed out', 'signed out']);
    keeper.stop();
  });

  test('clears the cookie even if the page is gone by then', async () => {
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

describe('[40] a token that was revoked', () => {
  const tokens = (): string[] => sent.map(({ method, token }) => `${method} ${token}`);
  const renewing: GetToken = async (options) => (options?.skipCache ? 'new' : 'old');

  test('is renewed once, after a second at the earliest, and the user notices nothing', async () => {
    answers = [revoked];
    const getToken = vi.fn(renewing);
    const { keeper, events } = start(getToken);
    const running = keeper.sync();
    await vi.advanceTimersByTimeAsync(999);
    expect(getToken).not.toHaveBeenCalledWith({ skipCache: true });
    await vi.advanceTimersByTimeAsync(1_001);
    await running;
    expect(tokens()).toEqual(['POST Bearer old', 'POST Bearer new']);
    expect([events, upToDate]).toEqual([[], 1]);
    keeper.stop();
  });

  test('is reported, and tried again later, if the new token is refused too', async () => {
    answers = [revoked, revoked];
    const { keeper, events } = start(renewing);
    const running = keeper.sync();
    await vi.advanceTimersByTimeAsync(2_000);
    await running;
    expect(tokens()).toEqual(['POST Bearer old', 'POST Bearer new']);
    expect(events).toEqual(['Revoked.']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(3);
    keeper.stop();
  });

  test('is not sent again if the provider returns the same one', async () => {
    answers = [revoked];
    const { keeper, events } = start(async () => 'old');
    const running = keeper.sync();
    await vi.advanceTimersByTimeAsync(2_000);
    await running;
    expect(tokens()).toEqual(['POST Bearer old']);
    expect(events).toEqual(['Revoked.']);
    keeper.stop();
  });

  test('leads to a sign-out if the session has ended', async () => {
    answers = [revoked, cleared(true)];
    let hasEnded = false;
    const { keeper, events } = start(async (options) => {
      hasEnded ||= options?.skipCache === true;
      return hasEnded ? null : 'old';
    });
    const running = keeper.sync();
    await vi.advanceTimersByTimeAsync(2_000);
    await running;
    expect(tokens()).toEqual(['POST Bearer old']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(tokens()).toEqual(['POST Bearer old', 'DELETE null']);
    expect(events).toEqual(['signed out']);
    keeper.stop();
  });

  test('is not renewed after the page is gone', async () => {
    answers = [revoked];
    const { keeper, events } = start(renewing);
    const running = keeper.sync();
    await vi.advanceTimersByTimeAsync(500);
    keeper.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    await running;
    expect(tokens()).toEqual(['POST Bearer old']);
    expect(events).toEqual([]);
  });
});

describe('an error', () => {
  test('is reported, and retried with a growing delay', async () => {
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
    ['the message of the token route', refused(400, 'The token is too large.'), 'The token is too large.'],
    ['the path and the status of a missing route', () => new Response('<html>', { status: 404 }), '/api/torii/token'],
    ['the path of a route that responds with text', () => new Response('ok'), '/api/torii/token'],
    ['the path of a route that responds with other JSON', () => Response.json({ changed: 'yes' }), '/api/torii/token'],
  ])('contains %s', async (_name, answer, text) => {
    answers = [answer];
    const { keeper, events } = start(async () => 'a');
    await keeper.sync();
    expect(events).toEqual([expect.stringContaining(text)]);
    keeper.stop();
  });

  test('is not retried after the page is gone', async () => {
    const { keeper, events } = start(() => Promise.reject(new Error('offline')));
    await keeper.sync();
    keeper.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(events).toHaveLength(1);
  });

  test('is not reported to a page that is gone', async () => {
    let answer = (_token: string | null) => {};
    const { keeper, events } = start(() => new Promise((resolve) => (answer = resolve)));
    const running = keeper.sync();
    keeper.stop();
    answer('late');
    await running;
    expect([events, sent]).toEqual([[], []]);
  });
});
