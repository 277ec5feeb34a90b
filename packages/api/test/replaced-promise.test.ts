import { afterEach, expect, test, vi } from 'vitest';
import { ok, page } from './scripted-api.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const Native = Promise;

/** Like Bluebird's Promise: it cannot be subclassed. */
class Replaced<T> implements PromiseLike<T> {
  readonly #promise: Promise<T>;

  static resolve = <T>(value: T | PromiseLike<T>) => new Replaced<T>((resolve) => resolve(value));
  static reject = (reason: unknown) => new Replaced<never>((_resolve, reject) => reject(reason));
  static all = (values: Iterable<unknown>) => Replaced.resolve(Native.all(values));
  static race = (values: Iterable<unknown>) => Replaced.resolve(Native.race(values));

  constructor(executor: ConstructorParameters<typeof Native<T>>[0]) {
    if (new.target !== Replaced) throw new TypeError('The promise constructor cannot be extended.');
    this.#promise = new Native<T>(executor);
  }

  // biome-ignore lint/suspicious/noThenProperty: this class is a promise.
  then<A, B>(onFulfilled?: (value: T) => A, onRejected?: (reason: unknown) => B): Replaced<A | B> {
    return Replaced.resolve(this.#promise.then(onFulfilled, onRejected) as Promise<A | B>);
  }
}

test('works if another library replaced the global Promise before it was imported', async () => {
  vi.resetModules();
  vi.stubGlobal('Promise', Replaced);
  const { createToriiClient } = await import('../src/index.ts');
  const fetch = async (url: unknown) => (String(url).includes('/search') ? page(['ada'], null) : ok());
  const client = createToriiClient({ secretKey: 'sk_test_51c2a0f7d9', fetch });
  const ended: string[] = [];
  const list = client.users.list();
  expect(await list.finally(() => ended.push('finally'))).toMatchObject({ items: [{ id: 'ada' }] });
  for await (const { id } of client.users.list()) ended.push(id);
  expect(ended).toEqual(['finally', 'ada']);
  expect(await client.users.get('ada').withResponse()).toMatchObject({ status: 200 });
});
