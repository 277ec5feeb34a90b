import { expect, test } from 'vitest';
import { type PagePromise, ToriiApiError, ToriiConfigError, type User } from '../src/index.ts';
import { failureOf, page, refusal, scriptApi } from './scripted-api.ts';

const threePages = () => [page(['a', 'b'], 'c1'), page([], 'c2'), page(['c'], null)];

async function idsOf(users: AsyncIterable<User>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of users) ids.push(id);
  return ids;
}

/** Resolves after everything that is under way in memory has settled. */
function settled(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

test('walks from page to page, an empty one among them', async () => {
  const { torii, sent } = scriptApi(threePages());
  expect(await idsOf(torii.users.list({ limit: 2, statuses: ['active'] }))).toEqual(['a', 'b', 'c']);
  expect(sent.map(({ url }) => url.search)).toEqual(['?limit=2', '?limit=2&cursor=c1', '?limit=2&cursor=c2']);
  expect(sent.map(({ body }) => body)).toEqual(Array(3).fill({ statuses: ['active'] }));
});

test('begins where it is told to', async () => {
  const { torii, sent } = scriptApi([page(['c'], null)]);
  await idsOf(torii.users.list({ cursor: 'c2' }));
  expect(sent[0]?.url.search).toBe('?cursor=c2');
});

test('fetches no page before it is needed, and none after the loop was left', async () => {
  const { torii, sent } = scriptApi(threePages());
  const users = torii.users.list();
  expect(sent).toHaveLength(0);
  for await (const user of users) if (user.id === 'b') break;
  expect(sent).toHaveLength(1);
});

test('begins anew in each loop', async () => {
  const { torii, sent } = scriptApi([...threePages(), ...threePages()]);
  const users = torii.users.list();
  expect(await idsOf(users)).toEqual(await idsOf(users));
  expect(sent).toHaveLength(6);
});

test('gives whole pages, with the cursor to go on from', async () => {
  const { torii } = scriptApi(threePages());
  const cursors: (string | null)[] = [];
  for await (const { nextCursor } of torii.users.list().pages()) cursors.push(nextCursor);
  expect(cursors).toEqual(['c1', 'c2', null]);
});

test.each([
  ['at once', [page(['a'], 'c1'), page(['b'], 'c1')], ['a']],
  ['in a circle', [page(['a'], 'c1'), page(['b'], 'c2'), page(['c'], 'c1')], ['a', 'b']],
])('31: ends with an error where the server repeats a cursor %s', async (_name, pages, ids) => {
  const { torii, sent } = scriptApi([...pages, page(['x'], null)]);
  const seen: string[] = [];
  const walk = async () => {
    for await (const user of torii.users.list()) seen.push(user.id);
  };
  const error = await failureOf(walk());
  expect(error).toBeInstanceOf(ToriiApiError);
  expect(error).toMatchObject({ code: 'cursor_repeated', method: 'POST', path: '/api/server/v1/users/search' });
  expect(seen).toEqual(ids);
  expect(sent).toHaveLength(pages.length);
});

test('31: ends with an error where the server gives back the cursor that it was given', async () => {
  const { torii } = scriptApi([page(['a'], 'c1')]);
  await expect(idsOf(torii.users.list({ cursor: 'c1' }))).rejects.toMatchObject({ code: 'cursor_repeated' });
});

test('repeats the request of one page, and ends with the error of one that fails for good', async () => {
  const { torii } = scriptApi([page(['a'], 'c1'), refusal(503), page(['b'], 'c2'), refusal(401)]);
  await expect(idsOf(torii.users.list())).rejects.toMatchObject({ status: 401 });
});

test('31: stops in the middle of a page when its signal says so', async () => {
  const controller = new AbortController();
  const { torii, sent } = scriptApi([page(['a', 'b', 'c'], 'c1')]);
  const seen: string[] = [];
  const walk = async () => {
    for await (const user of torii.users.list({}, { signal: controller.signal })) {
      seen.push(user.id);
      if (user.id === 'b') controller.abort();
    }
  };
  expect(await failureOf(walk())).toMatchObject({ reason: 'aborted' });
  expect(seen).toEqual(['a', 'b']);
  expect(sent).toHaveLength(1);
});

test('sends nothing before it is awaited, and then the request of its page', async () => {
  const { torii, sent } = scriptApi(threePages());
  const users = torii.users.list({ limit: 2 });
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
])('sends one request on %s, however often it is awaited', async (_name, take) => {
  const { torii, sent } = scriptApi(threePages());
  const users = torii.users.list();
  await take(users);
  await take(users);
  await Promise.all([users, users.withResponse(), users.finally(() => {})]);
  expect(sent).toHaveLength(1);
});

test('is a promise to whoever asks, and gives ordinary promises', async () => {
  const { torii } = scriptApi(threePages());
  const users = torii.users.list();
  expect(users).toBeInstanceOf(Promise);
  for (const derived of [users.then(), users.catch(() => {}), users.finally(() => {})]) {
    expect(Object.getPrototypeOf(derived)).toBe(Promise.prototype);
    expect(await derived).toMatchObject({ nextCursor: 'c1' });
  }
});

test('gives status, headers and attempts with a page', async () => {
  const { torii } = scriptApi([refusal(503), page(['a'], null)]);
  const { data, status, attempts, path } = await torii.users.list().withResponse();
  expect(data.items.map(({ id }) => id)).toEqual(['a']);
  expect({ status, attempts, path }).toEqual({ status: 200, attempts: 2, path: '/api/server/v1/users/search' });
});

test('gives one failure to everyone who awaits it, and asks again in a loop', async () => {
  const { torii, sent } = scriptApi([refusal(401), page(['a'], null)]);
  const users = torii.users.list();
  const error = await failureOf(users);
  expect(error).toMatchObject({ status: 401 });
  expect(await failureOf(users.withResponse())).toBe(error);
  expect(await users.catch((reason: unknown) => reason)).toBe(error);
  expect(sent).toHaveLength(1);
  expect(await idsOf(users)).toEqual(['a']);
});

test('a loop begins anew, also after the page was awaited', async () => {
  const { torii, sent } = scriptApi([page(['a'], 'c1'), ...threePages()]);
  const users = torii.users.list();
  await users;
  expect(await idsOf(users)).toEqual(['a', 'b', 'c']);
  expect(sent).toHaveLength(4);
});

test('asks for what it was given, whatever becomes of the object afterwards', async () => {
  const { torii, sent } = scriptApi([page(['a'], 'c1'), page(['b'], null)]);
  const params = { limit: 2, name: 'Ada', cursor: 'c0' };
  const users = torii.users.list(params);
  Object.assign(params, { limit: 50, name: 'Grace', cursor: null });
  await idsOf(users);
  expect(sent.map(({ url }) => url.search)).toEqual(['?limit=2&cursor=c0', '?limit=2&cursor=c1']);
  expect(sent.map(({ body }) => body)).toEqual([{ name: 'Ada' }, { name: 'Ada' }]);
});

test.each<[string, (users: PagePromise<User>) => unknown]>([
  ['is never awaited', (users) => void users],
  ['is caught', (users) => users.catch(() => {})],
  ['is awaited with its response', (users) => failureOf(users.withResponse())],
  ['is looped over', (users) => failureOf(idsOf(users))],
  ['has an iterator that is never asked', (users) => users[Symbol.asyncIterator]()],
])('leaves no unhandled rejection when a list that fails %s', async (_name, take) => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  globalThis.process?.on('unhandledRejection', onUnhandled);
  try {
    for (const params of [{}, { limit: 0 }]) await take(scriptApi([refusal(401)]).torii.users.list(params));
    await settled();
    expect(unhandled).toEqual([]);
  } finally {
    globalThis.process?.off('unhandledRejection', onUnhandled);
  }
});

test.each([
  ['a text', 'Ada'],
  ['null', null],
])('refuses %s for its fields when it is awaited or looped over, and does not throw before', async (_name, params) => {
  const { torii, sent } = scriptApi([]);
  const users = torii.users.list(params as never);
  expect(await failureOf(users)).toBeInstanceOf(ToriiConfigError);
  expect(await failureOf(idsOf(users))).toMatchObject({ option: 'params' });
  expect(sent).toEqual([]);
});

test('refuses wrong fields when the loop begins', async () => {
  const { torii } = scriptApi([]);
  await expect(idsOf(torii.users.list({ limit: 0 }))).rejects.toMatchObject({ option: 'limit' });
});
