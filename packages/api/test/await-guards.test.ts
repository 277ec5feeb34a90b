import { describe, expect, test } from 'vitest';
import { type ApiResponse, ToriiApiError, type ToriiClient, type User } from '../src/index.ts';
import { operations } from './operations.ts';
import { ok, page, refusal, scriptApi, userBody } from './scripted-api.ts';

// A list that does not compile until a new field is added to it.
const responseFields = Object.keys({
  data: true,
  status: true,
  headers: true,
  method: true,
  path: true,
  attempts: true,
} satisfies Record<keyof ApiResponse<User>, true>);

const userFields = operations.find(({ name }) => name === 'users.get')?.fields ?? [];

type Guarded = readonly [
  name: string,
  answer: () => Response,
  call: (client: ToriiClient) => Promise<unknown>,
  fields: readonly string[],
];
const calls: readonly Guarded[] = [
  ...operations
    .filter(({ fields }) => fields.length > 0)
    .map(
      ({ name, answer, call, fields }): Guarded => [name, answer, (client) => call(client) as Promise<unknown>, fields],
    ),
  ['users.get of an invalid id', () => ok(), (client) => client.users.get(''), userFields],
  ['users.get that is refused', () => refusal(404), (client) => client.users.get('ada'), userFields],
  ['users.get, with the response', () => ok(), (client) => client.users.get('ada').withResponse(), responseFields],
  [
    'users.list, with the response',
    () => page([], null),
    (client) => client.users.list().withResponse(),
    responseFields,
  ],
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
