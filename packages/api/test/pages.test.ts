import { expect, test } from 'vitest';
import { ToriiApiError, type User } from '../src/index.ts';
import { failureOf, page, refusal, scriptApi } from './scripted-api.ts';

const threePages = () => [page(['a', 'b'], 'c1'), page([], 'c2'), page(['c'], null)];

async function idsOf(users: AsyncIterable<User>): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of users) ids.push(id);
  return ids;
}

test('walks from page to page, an empty one among them', async () => {
  const { torii, sent } = scriptApi(threePages());
  expect(await idsOf(torii.users.iterate({ limit: 2, statuses: ['active'] }))).toEqual(['a', 'b', 'c']);
  expect(sent.map(({ url }) => url.search)).toEqual(['?limit=2', '?limit=2&cursor=c1', '?limit=2&cursor=c2']);
  expect(sent.map(({ body }) => body)).toEqual(Array(3).fill({ statuses: ['active'] }));
});

test('begins where it is told to', async () => {
  const { torii, sent } = scriptApi([page(['c'], null)]);
  await idsOf(torii.users.iterate({ cursor: 'c2' }));
  expect(sent[0]?.url.search).toBe('?cursor=c2');
});

test('fetches no page before it is needed, and none after the loop was left', async () => {
  const { torii, sent } = scriptApi(threePages());
  const users = torii.users.iterate();
  expect(sent).toHaveLength(0);
  for await (const user of users) if (user.id === 'b') break;
  expect(sent).toHaveLength(1);
});

test('begins anew in each loop', async () => {
  const { torii, sent } = scriptApi([...threePages(), ...threePages()]);
  const users = torii.users.iterate();
  expect(await idsOf(users)).toEqual(await idsOf(users));
  expect(sent).toHaveLength(6);
});

test('gives whole pages, with the cursor to go on from', async () => {
  const { torii } = scriptApi(threePages());
  const cursors: (string | null)[] = [];
  for await (const { nextCursor } of torii.users.iterate().pages()) cursors.push(nextCursor);
  expect(cursors).toEqual(['c1', 'c2', null]);
});

test.each([
  ['at once', [page(['a'], 'c1'), page(['b'], 'c1')], ['a']],
  ['in a circle', [page(['a'], 'c1'), page(['b'], 'c2'), page(['c'], 'c1')], ['a', 'b']],
])('31: ends with an error where the server repeats a cursor %s', async (_name, pages, ids) => {
  const { torii, sent } = scriptApi([...pages, page(['x'], null)]);
  const seen: string[] = [];
  const walk = async () => {
    for await (const user of torii.users.iterate()) seen.push(user.id);
  };
  const error = await failureOf(walk());
  expect(error).toBeInstanceOf(ToriiApiError);
  expect(error).toMatchObject({ code: 'cursor_repeated', method: 'POST', path: '/api/server/v1/users/search' });
  expect(seen).toEqual(ids);
  expect(sent).toHaveLength(pages.length);
});

test('31: ends with an error where the server gives back the cursor that it was given', async () => {
  const { torii } = scriptApi([page(['a'], 'c1')]);
  await expect(idsOf(torii.users.iterate({ cursor: 'c1' }))).rejects.toMatchObject({ code: 'cursor_repeated' });
});

test('repeats the request of one page, and ends with the error of one that fails for good', async () => {
  const { torii } = scriptApi([page(['a'], 'c1'), refusal(503), page(['b'], 'c2'), refusal(401)]);
  await expect(idsOf(torii.users.iterate())).rejects.toMatchObject({ status: 401 });
});

test('31: stops in the middle of a page when its signal says so', async () => {
  const controller = new AbortController();
  const { torii, sent } = scriptApi([page(['a', 'b', 'c'], 'c1')]);
  const seen: string[] = [];
  const walk = async () => {
    for await (const user of torii.users.iterate({}, { signal: controller.signal })) {
      seen.push(user.id);
      if (user.id === 'b') controller.abort();
    }
  };
  expect(await failureOf(walk())).toMatchObject({ reason: 'aborted' });
  expect(seen).toEqual(['a', 'b']);
  expect(sent).toHaveLength(1);
});

test('refuses wrong fields when the loop begins', async () => {
  const { torii } = scriptApi([]);
  await expect(idsOf(torii.users.iterate({ limit: 0 }))).rejects.toMatchObject({ option: 'limit' });
});
