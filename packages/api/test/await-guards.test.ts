import { describe, expect, test } from 'vitest';
import { type ApiResponse, type Page, type Session, ToriiApiError, type ToriiClient, type User } from '../src/index.ts';
import { ok, page, refusal, scriptApi, userBody } from './scripted-api.ts';

// Lists that do not compile until a new field is added to them.
const userFields = Object.keys({
  id: true,
  environmentId: true,
  name: true,
  phone: true,
  locale: true,
  address: true,
  dateOfBirth: true,
  status: true,
  createdAt: true,
  updatedAt: true,
  email: true,
  deletedAt: true,
} satisfies Record<keyof User, true>);
const pageFields = Object.keys({ items: true, nextCursor: true, hasMore: true } satisfies Record<
  keyof Page<User>,
  true
>);
const responseFields = Object.keys({
  data: true,
  status: true,
  headers: true,
  method: true,
  path: true,
  attempts: true,
} satisfies Record<keyof ApiResponse<User>, true>);

const user = () => ok();
const session: Session = { id: 's1', userId: 'ada', environmentId: 'e1', createdAt: '', lastUsedAt: '', expiresAt: '' };
const calls: readonly [string, () => Response, (client: ToriiClient) => Promise<unknown>, readonly string[]][] = [
  ['users.get', user, (client) => client.users.get('ada'), userFields],
  ['users.create', user, (client) => client.users.create({}), userFields],
  ['users.update', user, (client) => client.users.update('ada', {}), userFields],
  ['users.ban', user, (client) => client.users.ban('ada'), userFields],
  ['users.unban', user, (client) => client.users.unban('ada'), userFields],
  ['users.get of an invalid id', user, (client) => client.users.get(''), userFields],
  ['users.get that is refused', () => refusal(404), (client) => client.users.get('ada'), userFields],
  ['users.get, with the response', user, (client) => client.users.get('ada').withResponse(), responseFields],
  ['users.list', () => page(['ada'], null), (client) => client.users.list(), pageFields],
  [
    'users.list, with the response',
    () => page([], null),
    (client) => client.users.list().withResponse(),
    responseFields,
  ],
  ['sessions.listForUser', () => ok([session]), (client) => client.sessions.listForUser('ada'), ['length', '0']],
];

function thrownBy(read: () => unknown): unknown {
  try {
    read();
    return undefined;
  } catch (error) {
    return error;
  }
}

const saysAwait = expect.objectContaining({ name: 'ToriiConfigError', option: 'await' });

/** Runs `work` and returns the rejections that were handled by no one. */
async function unhandledDuring(work: () => unknown): Promise<readonly unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  globalThis.process?.on?.('unhandledRejection', note);
  await work();
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  globalThis.process?.off?.('unhandledRejection', note);
  return unhandled;
}

describe.each(calls)('[33] the promise of %s', (_name, answer, call, fields) => {
  test('throws for every field, says await, and rejects without being unhandled', async () => {
    for (const field of fields) {
      const unhandled = await unhandledDuring(() => {
        const promise = call(scriptApi([answer()]).client);
        expect(thrownBy(() => Reflect.get(promise, field))).toEqual(saysAwait);
      });
      expect(unhandled).toEqual([]);
    }
  });

  test('is otherwise a promise like any other', async () => {
    const promise = call(scriptApi([answer()], { maxRetries: 0 }).client);
    expect(promise).toBeInstanceOf(Promise);
    expect(Object.prototype.toString.call(promise)).toBe('[object Promise]');
    expect(JSON.stringify(promise)).toBe('{}');
    const derived = promise.then(
      (value) => ({ value }),
      (reason: unknown) => ({ reason }),
    );
    expect(Object.getPrototypeOf(derived)).toBe(Promise.prototype);
    const outcome = await derived;
    expect((await Promise.allSettled([promise]))[0]).toMatchObject(outcome);
    if ('value' in outcome) expect(await promise).toBe(outcome.value);
    else await expect(promise).rejects.toBe(outcome.reason);
  });
});

test('[33] the status of a banned user cannot be missed by a missing await', async () => {
  const { client } = scriptApi([ok({ ...userBody(), status: 'banned' })]);
  const call = client.users.get('ada');
  // @ts-expect-error the promise has no status
  expect(thrownBy(() => call.status === 'banned')).toEqual(saysAwait);
  expect((await call).status).toBe('banned');
});

test('[33] reading a field of a list that was not awaited sends no request', async () => {
  const { client, sent } = scriptApi([page(['ada'], null)]);
  const users = client.users.list();
  expect(thrownBy(() => Reflect.get(users, 'hasMore'))).toEqual(saysAwait);
  expect(sent).toEqual([]);
  expect((await users).hasMore).toBe(false);
});

test('a promise of request() is not guarded, because its answer is not known', async () => {
  const { client } = scriptApi([ok()]);
  const call = client.request({ method: 'GET', path: '/api/server/v1/users/ada' });
  expect(Reflect.get(call, 'status')).toBeUndefined();
  expect(await call).toEqual(userBody());
});

test('a failed call whose field was read still rejects', async () => {
  const { client } = scriptApi([refusal(404)]);
  const call = client.users.get('ada');
  expect(thrownBy(() => Reflect.get(call, 'email'))).toEqual(saysAwait);
  await expect(call).rejects.toBeInstanceOf(ToriiApiError);
  await expect(call.withResponse()).rejects.toBeInstanceOf(ToriiApiError);
});

test('[33] every call works if `then` returns promises of another class, as with zone.js', async () => {
  const { then } = Promise.prototype;
  class OtherPromise {
    readonly #promise: Promise<unknown>;
    constructor(promise: Promise<unknown>) {
      this.#promise = promise;
    }
    // biome-ignore lint/suspicious/noThenProperty: this class is a promise.
    then(...handlers: Parameters<typeof then>): Promise<unknown> {
      return then.apply(this.#promise, handlers);
    }
  }
  // biome-ignore lint/suspicious/noThenProperty: zone.js replaces it too.
  Promise.prototype.then = function (...handlers) {
    return new OtherPromise(then.apply(this, handlers)) as never;
  };
  try {
    const { client } = scriptApi([ok(), page(['ada'], null)]);
    expect(await client.users.get('ada')).toMatchObject({ id: 'ada' });
    expect((await client.users.list()).items).toHaveLength(1);
  } finally {
    // biome-ignore lint/suspicious/noThenProperty: as it was.
    Promise.prototype.then = then;
  }
});
