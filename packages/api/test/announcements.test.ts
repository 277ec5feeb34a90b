import type { RevocationAnnouncer, RevocationMoment } from '@torii/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  createToriiClient,
  type RequestOptions,
  type ToriiClient,
  type ToriiClientOptions,
  ToriiConnectionError,
  ToriiRevocationError,
} from '../src/index.ts';
import { operations } from './operations.ts';
import {
  failureOf,
  hang,
  networkError,
  ok,
  refusal,
  type Step,
  scriptApi,
  secretKey,
  userBody,
} from './scripted-api.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-05-16T10:00:30Z') });
});

afterEach(() => {
  // A call must leave no timer behind.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const date = { date: 'Sat, 16 May 2026 10:00:05 GMT' };
const dateMoment = '2026-05-16T10:00:05.000Z';
const done = (headers: Readonly<Record<string, string>> = date) => new Response(null, { status: 204, headers });
const banned = (updatedAt: unknown, headers: Readonly<Record<string, string>> = {}) =>
  Response.json({ ...userBody(), status: 'banned', updatedAt }, { headers });

type CallIt = (client: ToriiClient, options?: RequestOptions) => PromiseLike<unknown>;
const ban: CallIt = ({ users }, options) => users.ban('ada', options);
const remove: CallIt = ({ users }, options) => users.delete('ada', options);
const endAll: CallIt = ({ sessions }, options) => sessions.revokeAllForUser('ada', options);
const endOne: CallIt = ({ sessions }, options) => sessions.revoke('ada', 's1', options);

type Announce = (userId: string, moment?: RevocationMoment) => Promise<void>;

/** A client whose log has the announcements and the requests in their order. */
function announcing(steps: readonly Step[], options: Partial<ToriiClientOptions> = {}, announce?: Announce) {
  const log: string[] = [];
  const revocations: RevocationAnnouncer = {
    issuer: 'https://acme.torii.so',
    environmentId: 'e1',
    async revokeUser(userId, moment) {
      log.push(`${userId} ${moment === undefined ? 'now' : String(moment.at)}`);
      await announce?.(userId, moment);
    },
  };
  const logged = steps.map((step): Step => {
    return async (signal) => {
      log.push('request');
      if (step instanceof Error) throw step;
      return typeof step === 'function' ? step(signal) : step;
    };
  });
  return { ...scriptApi(logged, { revocations, ...options }), log };
}

/** Runs a call to its end on fake timers. Returns its outcome. */
async function outcomeOf(call: PromiseLike<unknown>): Promise<unknown> {
  const outcome = call.then(
    (value) => value,
    (error: unknown) => error,
  );
  await vi.runAllTimersAsync();
  return outcome;
}

async function revocationErrorOf(call: PromiseLike<unknown>): Promise<ToriiRevocationError> {
  const error = await outcomeOf(call);
  if (error instanceof ToriiRevocationError) return error;
  throw new Error('The call did not reject with a ToriiRevocationError.', { cause: error });
}

test('44: announces a ban before the request, and after it at the moment of the answer', async () => {
  const { client, log } = announcing([banned('2026-05-16T10:00:05.250Z')]);
  expect(await client.users.ban('ada')).toMatchObject({ id: 'ada', status: 'banned' });
  expect(log).toEqual(['ada now', 'request', 'ada 2026-05-16T10:00:05.250Z']);
});

test('44: announces a deletion before the request, and after it at the moment of the answer', async () => {
  const { client, log } = announcing([done()]);
  await client.users.delete('ada');
  expect(log).toEqual(['ada now', 'request', `ada ${dateMoment}`]);
});

test.each([
  ['all sessions', endAll],
  ['one session', endOne],
])('announces the end of %s after the request only', async (_name, call) => {
  const { client, log } = announcing([done()]);
  await call(client);
  expect(log).toEqual(['request', `ada ${dateMoment}`]);
});

test('`announceSessions: false` is about one session only', async () => {
  const { client, log } = announcing([done(), done(), banned('2026-05-16T10:00:05Z')], { announceSessions: false });
  await client.sessions.revoke('ada', 's1');
  expect(log).toEqual(['request']);
  await client.sessions.revokeAllForUser('ada');
  await client.users.ban('ada');
  expect(log.slice(1)).toEqual(['request', `ada ${dateMoment}`, 'ada now', 'request', 'ada 2026-05-16T10:00:05.000Z']);
});

const announced = ['users.delete', 'users.ban', 'sessions.revokeAllForUser', 'sessions.revoke'];
test.each(operations.filter(({ name }) => !announced.includes(name)))('announces nothing for $name', async (each) => {
  const { client, log } = announcing([each.answer()]);
  await each.call(client);
  expect(log).toEqual(['request']);
});

test('announces nothing for request()', async () => {
  const { client, log } = announcing([done()]);
  await client.request({ method: 'DELETE', path: '/api/server/v1/users/ada' });
  expect(log).toEqual(['request']);
});

test.each<[string, string | undefined, Response]>([
  ['updatedAt, if there is no Date', '2026-05-16T10:00:07.500Z', banned('2026-05-16T10:00:07.500Z')],
  ['updatedAt, if it is later than Date', '2026-05-16T10:00:05.999Z', banned('2026-05-16T10:00:05.999Z', date)],
  ['Date, if the user had been banned before', dateMoment, banned('2026-05-16T08:00:00Z', date)],
  ['Date, if updatedAt is not a time', dateMoment, banned('yesterday', date)],
  ['Date, if updatedAt has no zone', dateMoment, banned('2026-05-16T23:00:00', date)],
  ['Date, if updatedAt is missing', dateMoment, banned(undefined, date)],
  ['updatedAt, if Date is not a date', '2026-05-16T10:00:07.000Z', banned('2026-05-16T10:00:07Z', { date: '7' })],
  ['the present, if neither can be read', undefined, banned(7, { date: 'Sat, 16 May 2026' })],
  ['Date, if the user is on the answer with an offset', dateMoment, banned('2026-05-16T11:00:04+01:00', date)],
])('43: takes as the moment %s', async (_name, moment, answer) => {
  const { client, log } = announcing([answer]);
  await client.users.ban('ada');
  expect(log).toEqual(['ada now', 'request', `ada ${moment ?? 'now'}`]);
});

test.each([
  ['is missing', {}],
  ['is that of a proxy with a slow clock', { date: 'Sat, 16 May 2026 09:50:05 GMT' }],
])('43: takes the present if the Date of an answer %s', async (_name, headers) => {
  const { client, log } = announcing([done(headers), banned('2026-05-16T08:00:00Z', headers)]);
  await endAll(client);
  await ban(client);
  expect(log).toEqual(['request', 'ada now', 'ada now', 'request', 'ada now']);
});

test('44: announces an id in capital letters in small ones too, as tokens have it', async () => {
  const { client, log } = announcing([done()]);
  const id = '0190D2C5-7A3B-7C1E-8F00-ABCDEF012345';
  await client.sessions.revokeAllForUser(id);
  expect(log).toEqual(['request', `${id} ${dateMoment}`, `${id.toLowerCase()} ${dateMoment}`]);
});

test('43: takes the moment of the last answer if the call was retried', async () => {
  const { client, log } = announcing([networkError('ECONNRESET'), refusal(403, 'refused', date)]);
  expect(await outcomeOf(client.users.delete('ada'))).toBeUndefined();
  expect(log).toEqual(['ada now', 'request', 'request', `ada ${dateMoment}`]);
});

test('sends the request even if the first announcement fails', async () => {
  let calls = 0;
  const failOnce = async () => {
    if (++calls === 1) throw new Error('The store is down.');
  };
  const { client, log } = announcing([banned('2026-05-16T10:00:05Z')], {}, failOnce);
  await client.users.ban('ada');
  expect(log).toEqual(['ada now', 'request', 'ada 2026-05-16T10:00:05.000Z']);
});

test('sends the request even if the announcer throws, and after 5 seconds if it hangs', async () => {
  const broken = { issuer: 'i', environmentId: 'e1', revokeUser: vi.fn() };
  broken.revokeUser.mockImplementationOnce(() => {
    throw new Error('broken');
  });
  const { client, sent } = scriptApi([ok(), ok()], { revocations: broken });
  await client.users.ban('ada');
  expect(sent).toHaveLength(1);
  broken.revokeUser.mockImplementationOnce(() => new Promise(() => {}));
  const begunAt = Date.now();
  // The limit of the call does not count the time before the request.
  expect(await outcomeOf(client.users.ban('ada', { timeoutMs: 1_000 }))).toMatchObject({ id: 'ada' });
  expect((sent[1]?.at ?? 0) - begunAt).toBe(5_000);
});

test.each([
  ['ban', ban, () => banned('2026-05-16T10:00:05.250Z'), { id: 'ada', status: 'banned' }],
  ['delete', remove, done, undefined],
  ['revokeAllForUser', endAll, done, undefined],
  ['revoke', endOne, done, undefined],
] as const)(
  '44: rejects with the answer if %s succeeded and could not be announced',
  async (_name, call, answer, data) => {
    let isDown = true;
    const announce = async () => {
      if (isDown) throw new Error('READONLY You cannot write against a read only replica.');
    };
    const { client, log, sent } = announcing([answer()], {}, announce);
    const error = await revocationErrorOf(call(client));
    if (data === undefined) expect(error.answer).toBeUndefined();
    else expect(error.answer).toMatchObject(data);
    expect(error).toMatchObject({ cause: { message: expect.stringContaining('READONLY') } });
    expect(JSON.stringify(error)).not.toContain('ada');
    const last = log.at(-1);
    expect(last).toContain('ada 2026-05-16T10:00:05');

    // announce() repeats the announcement alone, and tells again if it fails.
    const again = await revocationErrorOf(error.announce());
    expect(again.answer).toEqual(error.answer);
    isDown = false;
    await again.announce();
    expect(log.slice(-3)).toEqual([last, last, last]);
    expect(sent).toHaveLength(1);
  },
);

test('44: withResponse() rejects alike, and without an unhandled rejection', async () => {
  const { client } = announcing([banned('2026-05-16T10:00:05Z')], {}, () => Promise.reject(new Error('down')));
  const error = await revocationErrorOf(client.users.ban('ada').withResponse());
  expect(error.answer).toMatchObject({ id: 'ada' });
});

test('44: gives up an announcement that hangs', async () => {
  const { client } = announcing([done()], {}, () => new Promise(() => {}));
  const error = await revocationErrorOf(client.sessions.revokeAllForUser('ada'));
  expect(error).toMatchObject({ cause: { message: expect.stringContaining('longer than 65 seconds') } });
});

test('44: an abort during the last announcement is reported with the answer', async () => {
  const controller = new AbortController();
  const { client, log } = announcing([done()], {}, async () => {
    controller.abort();
    await new Promise(() => {});
  });
  const error = await revocationErrorOf(client.sessions.revokeAllForUser('ada', { signal: controller.signal }));
  expect(error).toMatchObject({ cause: { message: expect.stringContaining('aborted') } });
  expect(log).toHaveLength(2);
});

test('an abort during the first announcement sends nothing', async () => {
  const controller = new AbortController();
  const { client, log } = announcing([done()], {}, async () => {
    controller.abort();
    await new Promise(() => {});
  });
  const error = await outcomeOf(client.users.delete('ada', { signal: controller.signal }));
  expect(error).toBeInstanceOf(ToriiConnectionError);
  expect(error).toMatchObject({ reason: 'aborted', mayHaveArrived: false });
  expect(log).toEqual(['ada now']);
});

test.each<[string, CallIt, Step, object]>([
  ['a refusal', ban, refusal(404), { name: 'ToriiApiError', status: 404 }],
  ['a refusal of the first deletion', remove, refusal(403), { name: 'ToriiApiError', status: 403 }],
  ['a wrong secret key', ban, refusal(401), { name: 'ToriiConfigError', option: 'secretKey' }],
  ['an answer without a user', ban, ok({}), { name: 'ToriiApiError', code: 'response_malformed' }],
  ['no connection', ban, networkError('ENOTFOUND'), { name: 'ToriiConnectionError', mayHaveArrived: false }],
  ['no answer', ban, hang, { name: 'ToriiConnectionError', reason: 'timeout', mayHaveArrived: true }],
])('after %s, the call rejects with its own error, and only the first announcement was made', async (...row) => {
  const [, call, step, error] = row;
  const { client, log } = announcing([step], { maxRetries: 0 });
  expect(await outcomeOf(call(client))).toMatchObject(error);
  expect(log).toEqual(['ada now', 'request']);
});

test.each([
  ['a refusal', refusal(403)],
  ['no answer', hang],
])('after %s, the end of a session is not announced', async (_name, step) => {
  const { client, log } = announcing([step], { maxRetries: 0 });
  expect(await outcomeOf(client.sessions.revokeAllForUser('ada'))).toBeInstanceOf(Error);
  expect(log).toEqual(['request']);
});

test.each<[string, CallIt]>([
  ['an empty id', ({ users }) => users.ban('')],
  ['an id that is not text', ({ users }) => users.ban(7 as never)],
  ['a wrong session id', ({ sessions }) => sessions.revoke('ada', '..')],
  ['a wrong option', ({ users }) => users.delete('ada', { timeoutMs: 0 })],
  ['an aborted signal', ({ users }) => users.delete('ada', { signal: AbortSignal.abort() })],
])('announces nothing with %s', async (_name, call) => {
  const { client, log } = announcing([done()]);
  expect(await failureOf(call(client))).toBeInstanceOf(Error);
  expect(log).toEqual([]);
});

test('44: reports a ban in another environment, where the announcement would have no effect', async () => {
  const answer = Response.json({ ...userBody(), environmentId: 'e2' });
  const { client, log } = announcing([answer]);
  const error = await revocationErrorOf(client.users.ban('ada'));
  expect(error).toMatchObject({ cause: { name: 'ToriiConfigError', message: expect.stringContaining('environment') } });
  expect(error.answer).toMatchObject({ environmentId: 'e2' });
  expect(log).toEqual(['ada now', 'request']);
});

const announcer: RevocationAnnouncer = { issuer: 'i', environmentId: 'e1', revokeUser: async () => {} };
test.each<[string, object]>([
  ['revocations', { revocations: undefined }],
  ['revocations', { revocations: null }],
  ['revocations', { revocations: {} }],
  ['revocations', { revocations: { ...announcer, environmentId: '' } }],
  ['revocations', { revocations: { ...announcer, revokeUser: 'ada' } }],
  ['revocations', { revocations: Promise.resolve(announcer) }],
  ['announceSessions', { revocations: announcer, announceSessions: 'no' }],
  ['announceSessions', { announceSessions: false }],
])('9: refuses a wrong option: %s %#', (option, options) => {
  expect(() => createToriiClient({ secretKey, ...options })).toThrow(
    expect.objectContaining({ name: 'ToriiConfigError', option }),
  );
});

test('accepts `announceSessions: undefined`', async () => {
  const { client, log } = announcing([done()], { announceSessions: undefined });
  await client.sessions.revoke('ada', 's1');
  expect(log).toEqual(['request', `ada ${dateMoment}`]);
});
