import { expect, test } from 'vitest';
import { type PagePromise, ToriiApiError, ToriiConfigError, type User } from '../src/index.ts';
import { failureOf, page, refusal, scriptApi } from './scripted-api.ts';

const threePages = () => [page(['a', 'b'], 'c1'), page([], 'c2'), page(['c'], null)];

async function idsOf(users: AsyncIterable<User>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of users) ids.push(id);
  return ids;
}

/** Resolves after pending promise callbacks have run. */
function settled(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

test('iterates over all pages, including an empty one', async () => {
  const { client, sent } = scriptApi(threePages());
  expect(await idsOf(client.users.list({ limit: 2, statuses: ['active'] }))).toEqual(['a', 'b', 'c']);
  expect(sent.map(({ url }) => url.search)).toEqual(['?limit=2', '?limit=2&cursor=c1', '?limit=2&cursor=c2']);
  expect(sent.map(({ body }) => body)).toEqual(Array(3).fill({ statuses: ['active'] }));
});

test('iteration starts at the given cursor', async () => {
  const { client, sent } = scriptApi([page(['c'], null)]);
  await idsOf(client.users.list({ cursor: 'c2' }));
  expect(sent[0]?.url.search).toBe('?cursor=c2');
});

test('fetches a page only when it is needed, and none after break', async () => {
  const { client, sent } = scriptApi(threePages());
  const users = client.users.list();
  expect(sent).toHaveLength(0);
  for await (const user of users) if (user.id === 'b') break;
  expect(sent).toHaveLength(1);
});

test('each loop starts again from the first page', async () => {
  const { client, sent } = scriptApi([...threePages(), ...threePages()]);
  const users = client.users.list();
  expect(await idsOf(users)).toEqual(await idsOf(users));
  expect(sent).toHaveLength(6);
});

test('pages() returns whole pages with the cursor of the next one', async () => {
  const { client } = scriptApi(threePages());
  const cursors: (string | null)[] = [];
  for await (const { nextCursor } of client.users.list().pages()) cursors.push(nextCursor);
  expect(cursors).toEqual(['c1', 'c2', null]);
});

test.each([
  ['immediately', [page(['a'], 'c1'), page(['b'], 'c1')], ['a']],
  ['in a circle', [page(['a'], 'c1'), page(['b'], 'c2'), page(['c'], 'c1')], ['a', 'b']],
])('31: throws if the server repeats a cursor %s', async (_name, pages, ids) => {
  const { client, sent } = scriptApi([...pages, page(['x'], null)]);
  const seen: string[] = [];
  const walk = async () => {
    for await (const user of client.users.list()) seen.push(user.id);
  };
  const error = await failureOf(walk());
  expect(error).toBeInstanceOf(ToriiApiError);
  expect(error).toMatchObject({ code: 'cursor_repeated', method: 'POST', path: '/api/server/v1/users/search' });
  expect(seen).toEqual(ids);
  expect(sent).toHaveLength(pages.length);
});

test('31: throws if the server returns the cursor that was sent', async () => {
  const { client } = scriptApi([page(['a'], 'c1')]);
  await expect(idsOf(client.users.list({ cursor: 'c1' }))).rejects.toMatchObject({ code: 'cursor_repeated' });
});

test('retries the request of a page, and throws the error of a page that keeps failing', async () => {
  const { client } = scriptApi([page(['a'], 'c1'), refusal(503), page(['b'], 'c2'), refusal(403)]);
  await expect(idsOf(client.users.list())).rejects.toMatchObject({ status: 403 });
});

test('31: stops in the middle of a page when the signal is aborted', async () => {
  const controller = new AbortController();
  const { client, sent } = scriptApi([page(['a', 'b', 'c'], 'c1')]);
  const seen: string[] = [];
  const walk = async () => {
    for await (const user of client.users.list({}, { signal: controller.signal })) {
      seen.push(user.id);
      if (user.id === 'b') controller.abort();
    }
  };
  expect(await failureOf(walk())).toMatchObject({ reason: 'aborted' });
  expect(seen).toEqual(['a', 'b']);
  expect(sent).toHaveLength(1);
});

test('sends nothing before it is awaited, then one request', async () => {
  const { client, sent } = scriptApi(threePages());
  const users = client.users.list({ limit: 2 });
  await settled();
  expect(sent).toHaveLength(0);
  expect(await users).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }], nextCursor: 'c1', hasMore: true });
  expect(sent.map(({ url }) => url.search)).toEqual(['?limit=2']);
});

test.each<[string, (users: PagePromise<User>) => Promise<unknown>]>([
  ['await', async (users) => await users],
  ['then', (users) => users.then((value) => value)],
  ['catch', (users) => users.catch(() => {})],
  ['finally', (users) => users.finally(() => {})],
  ['withResponse', (users) => users.withResponse()],
  ['Promise.all', (users) => Promise.all([users])],
  ['Promise.resolve', (users) => Promise.resolve(users)],
  ['an async function that returns it', (users) => (async () => users)()],
])('%s sends one request, however often the list is awaited', async (_name, take) => {
  const { client, sent } = scriptApi(threePages());
  const users = client.users.list();
  await take(users);
  await take(users);
  await Promise.all([users, users.withResponse(), users.finally(() => {})]);
  expect(sent).toHaveLength(1);
});

test('a list is an instance of Promise, and derived promises are plain ones', async () => {
  const { client } = scriptApi(threePages());
  const users = client.users.list();
  expect(users).toBeInstanceOf(Promise);
  for (const derived of [users.then(), users.catch(() => {}), users.finally(() => {})]) {
    expect(Object.getPrototypeOf(derived)).toBe(Promise.prototype);
    expect(await derived).toMatchObject({ nextCursor: 'c1' });
  }
});

test('withResponse() returns status, headers and attempts with a page', async () => {
  const { client } = scriptApi([refusal(503), page(['a'], null)]);
  const { data, status, attempts, path } = await client.users.list().withResponse();
  expect(data.items.map(({ id }) => id)).toEqual(['a']);
  expect({ status, attempts, path }).toEqual({ status: 200, attempts: 2, path: '/api/server/v1/users/search' });
});

test('every await of a list gets the same error, and a loop sends a new request', async () => {
  const { client, sent } = scriptApi([refusal(403), page(['a'], null)]);
  const users = client.users.list();
  const error = await failureOf(users);
  expect(error).toMatchObject({ status: 403 });
  expect(await failureOf(users.withResponse())).toBe(error);
  expect(await users.catch((reason: unknown) => reason)).toBe(error);
  expect(sent).toHaveLength(1);
  expect(await idsOf(users)).toEqual(['a']);
});

test('a loop starts again even after the list was awaited', async () => {
  const { client, sent } = scriptApi([page(['a'], 'c1'), ...threePages()]);
  const users = client.users.list();
  await users;
  expect(await idsOf(users)).toEqual(['a', 'b', 'c']);
  expect(sent).toHaveLength(4);
});

test('ignores changes of the parameters object after the call', async () => {
  const { client, sent } = scriptApi([page(['a'], 'c1'), page(['b'], null)]);
  const params = { limit: 2, name: 'Ada', cursor: 'c0' };
  const users = client.users.list(params);
  Object.assign(params, { limit: 50, name: 'Grace', cursor: null });
  await idsOf(users);
  expect(sent.map(({ url }) => url.search)).toEqual(['?limit=2&cursor=c0', '?limit=2&cursor=c1']);
  expect(sent.map(({ body }) => body)).toEqual([{ name: 'Ada' }, { name: 'Ada' }]);
});

test.each<[string, (users: PagePromise<User>) => unknown]>([
  ['is never awaited', (users) => void users],
  ['is caught', (users) => users.catch(() => {})],
  ['is awaited with its response', (users) => failureOf(users.withResponse())],
  ['is iterated over', (users) => failureOf(idsOf(users))],
  ['has an iterator that is never advanced', (users) => users[Symbol.asyncIterator]()],
])('leaves no unhandled rejection when a list that fails %s', async (_name, take) => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  globalThis.process?.on('unhandledRejection', onUnhandled);
  try {
    for (const params of [{}, { limit: 0 }]) await take(scriptApi([refusal(403)]).client.users.list(params));
    await settled();
    expect(unhandled).toEqual([]);
  } finally {
    globalThis.process?.off('unhandledRejection', onUnhandled);
  }
});

test.each([
  ['a string', 'Ada'],
  ['null', null],
])('refuses %s as parameters only when the list is awaited or iterated over', async (_name, params) => {
  const { client, sent } = scriptApi([]);
  const users = client.users.list(params as never);
  expect(await failureOf(users)).toBeInstanceOf(ToriiConfigError);
  expect(await failureOf(idsOf(users))).toMatchObject({ option: 'params' });
  expect(sent).toEqual([]);
});

test('refuses wrong parameters when the loop starts', async () => {
  const { client } = scriptApi([]);
  await expect(idsOf(client.users.list({ limit: 0 }))).rejects.toMatchObject({ option: 'limit' });
});
