import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, type EmulatorEnvironment, startEmulator, type User } from '../src/index.ts';
import { callApi, unknownId } from './rest.ts';

interface Page {
  readonly items: readonly User[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator({ environments: ['crowd', 'moving', 'empty', 'people'].map((name) => ({ name })) });
  const people = torii.environment('people');
  for (const user of [
    { name: 'Ada Lovelace', email: 'ada@example.com' },
    { name: 'Åse Øst', email: 'ASE@Example.com' },
    { name: 'Per%cent _under', email: null },
    { name: null, email: 'nameless@example.org' },
    { name: null, email: null },
    { name: 'Bea', email: 'bea@example.org', status: 'banned' },
    { name: 'Pia', email: 'pia@example.org', status: 'pending_verification' },
  ] as const) {
    await people.createUser(user);
  }
  const gone = await people.createUser({ name: 'Gone', email: 'gone@example.org' });
  await callApi(people, 'DELETE', `/users/${gone.id}`);
  for (let index = 0; index < 25; index++) await torii.environment('crowd').createUser({ name: `User ${index}` });
});
afterAll(() => torii.stop());

function search(environment: EmulatorEnvironment, body?: unknown, query = '') {
  return callApi<Page>(environment, 'POST', `/users/search${query}`, body);
}

async function namesFor(filter: unknown): Promise<readonly (string | null)[]> {
  const { status, body } = await search(torii.environment('people'), filter);
  expect(status).toBe(200);
  return body.items.map(({ name, email }) => name ?? email).sort();
}

test('works without a body, with an empty body, and in an environment without users', async () => {
  for (const body of [undefined, {}]) {
    const answer = await search(torii.environment('empty'), body);
    expect([answer.status, answer.body]).toEqual([200, { items: [], nextCursor: null, hasMore: false }]);
  }
});

test('returns 20 users by default, newest first', async () => {
  const { body } = await search(torii.environment('crowd'), {});
  expect(body.items.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, index) => `User ${24 - index}`));
  expect([body.hasMore, body.nextCursor]).toEqual([true, body.items.at(-1)?.id]);
});

test.each([1, 5, 7, 24, 25, 26, 100])('lists all users in pages of %i, each user once', async (limit) => {
  const names: (string | null)[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`;
    const { body }: { readonly body: Page } = await search(torii.environment('crowd'), {}, query);
    names.push(...body.items.map(({ name }) => name));
    expect(body.hasMore).toBe(body.nextCursor !== null);
    cursor = body.nextCursor;
  } while (cursor !== null);
  expect(names).toEqual(Array.from({ length: 25 }, (_, index) => `User ${24 - index}`));
});

test('skips and repeats no user while users are added, changed and deleted', async () => {
  const moving = torii.environment('moving');
  const before = new Set<string>();
  for (let index = 0; index < 12; index++) before.add((await moving.createUser()).id);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`;
    const { body }: { readonly body: Page } = await search(moving, {}, query);
    seen.push(...body.items.map(({ id }) => id));
    cursor = body.nextCursor;
    await moving.createUser();
    // Deletes the user whose id is the cursor.
    if (cursor !== null) await callApi(moving, 'DELETE', `/users/${cursor}`);
  } while (cursor !== null);
  expect(seen).toHaveLength(12);
  expect(new Set(seen)).toEqual(before);
});

test.each<[string, unknown, readonly string[]]>([
  ['a part of a name, ignoring case', { name: 'LOVE' }, ['Ada Lovelace']],
  ['a part of a name with non-ASCII letters', { name: 'øST' }, ['Åse Øst']],
  ['the same letters in another Unicode normalization', { name: 'A\u030Ase' }, ['Åse Øst']],
  ['a percent sign, which is a wildcard in LIKE', { name: '%' }, ['Per%cent _under']],
  ['an underscore, which is a wildcard in LIKE', { name: '_' }, ['Per%cent _under']],
  ['a quotation mark', { name: "'" }, []],
  ['a part of an email, ignoring case', { email: '@EXAMPLE.COM' }, ['Ada Lovelace', 'Åse Øst']],
  [
    'an empty part, which matches every user with a name',
    { name: '', statuses: ['active'] },
    ['Ada Lovelace', 'Per%cent _under', 'Åse Øst'],
  ],
  ['no name, but an email', { name: null, email: 'nameless' }, ['nameless@example.org']],
  ['no email', { name: 'per', email: null }, ['Per%cent _under']],
  ['one status', { statuses: ['banned'] }, ['Bea']],
  ['any of several statuses', { statuses: ['banned', 'pending_verification', 'deleted'] }, ['Bea', 'Gone', 'Pia']],
  ['none of the statuses', { statuses: [] }, []],
  ['two filters at once', { name: 'a', statuses: ['pending_verification'] }, ['Pia']],
])('finds %s', async (_name, filter, expected) => {
  expect(await namesFor(filter)).toEqual([...expected].sort());
});

test('finds users by ids, by whole emails in any case, and by all selectors at once', async () => {
  const people = torii.environment('people');
  const ada = (await search(people, { email: 'ada@' })).body.items[0]?.id ?? '';
  const ase = (await search(people, { email: 'ase@' })).body.items[0]?.id ?? '';
  const elsewhere = (await torii.createUser({ email: 'ada@example.com' })).id;
  expect(await namesFor({ userIds: [ada.toUpperCase(), ase, ase, unknownId, elsewhere] })).toEqual([
    'Ada Lovelace',
    'Åse Øst',
  ]);
  expect(await namesFor({ emailAddresses: ['ADA@example.COM', 'ase@example.com'] })).toEqual([
    'Ada Lovelace',
    'Åse Øst',
  ]);
  expect(await namesFor({ userIds: [ada, ase], emailAddresses: ['ase@example.com'] })).toEqual(['Åse Øst']);
  expect(await namesFor({ userIds: [ada], name: 'øst' })).toEqual([]);
  expect(await namesFor({ userIds: [elsewhere] })).toEqual([]);
});

test.each<[string, unknown]>([
  ['no ids', { userIds: [] }],
  ['no emails', { emailAddresses: [] }],
  ['no ids, with a name that matches', { userIds: [], name: 'Ada' }],
  ['a part of an email', { emailAddresses: ['ada@example'] }],
  ['a wildcard', { emailAddresses: ['%'] }],
  ['an empty email', { emailAddresses: [''] }],
])('finds nobody by %s', async (_name, filter) => {
  expect(await namesFor(filter)).toEqual([]);
});

test('accepts 100 ids and 100 emails, and refuses 101', async () => {
  const people = torii.environment('people');
  for (const [field, item] of [
    ['userIds', unknownId],
    ['emailAddresses', 'ada@example.com'],
  ] as const) {
    const of = (length: number) => ({ [field]: Array.from({ length }, () => item) });
    expect((await search(people, of(100))).status).toBe(200);
    const { status, body } = await callApi(people, 'POST', '/users/search', of(101));
    expect([status, body.properties.errors]).toEqual([400, [{ field, message: expect.any(String) }]]);
  }
});

test('also finds deleted users if there is no status filter, with the time of the deletion', async () => {
  const { body } = await search(torii.environment('people'), { name: 'gone' });
  expect(body.items).toMatchObject([{ status: 'deleted', deletedAt: expect.any(String) }]);
});

test('filters by creation time, including both ends, in any time zone', async () => {
  await using clocked = await startEmulator();
  const first = await clocked.createUser({ name: 'first' });
  clocked.advance(60);
  const second = await clocked.createUser({ name: 'second' });
  const found = async (filter: unknown) => (await search(clocked, filter)).body.items.map(({ name }) => name);
  expect(await found({ createdAfter: second.createdAt })).toEqual(['second']);
  expect(await found({ createdBefore: first.createdAt })).toEqual(['first']);
  expect(await found({ createdAfter: first.createdAt, createdBefore: second.createdAt })).toEqual(['second', 'first']);
  const inCopenhagen = new Date(Date.parse(second.createdAt) + 3_600_000).toISOString().replace('Z', '+01:00');
  expect(await found({ createdAfter: inCopenhagen })).toEqual(['second']);
  expect(await found({ createdAfter: null, createdBefore: null })).toEqual(['second', 'first']);
  expect(await found({ createdAfter: '2999-01-01T00:00:00Z' })).toEqual([]);
});

test.each<[string, string, unknown]>([
  ['statuses', 'null', { statuses: null }],
  ['statuses[0]', 'an unknown status', { statuses: ['gone'] }],
  ['statuses', 'a status twice', { statuses: ['active', 'active'] }],
  ['name', 'a number', { name: 7 }],
  ['createdAfter', 'a day', { createdAfter: '2026-05-16' }],
  ['createdBefore', 'a leap second', { createdBefore: '2016-12-31T23:59:60Z' }],
  ['phone', 'an unknown filter', { phone: '+45' }],
  ['userIds', 'null', { userIds: null }],
  ['userIds', 'a text', { userIds: unknownId }],
  ['userIds[0]', 'no UUID', { userIds: ['ada'] }],
  ['emailAddresses[1]', 'a number', { emailAddresses: ['ada@example.com', 7] }],
  ['organizationId', 'no UUID', { organizationId: 'acme' }],
  ['organizationId', 'null', { organizationId: null }],
  ['organizationId', 'a list', { organizationId: [unknownId] }],
])('responds with 400 to a filter: %s, %s', async (field, _what, filter) => {
  const { status, body } = await callApi(torii, 'POST', '/users/search', filter);
  expect([status, body.properties.errors]).toEqual([400, [{ field, message: expect.any(String) }]]);
});

test.each([
  ['limit', 'ten'],
  ['limit', '1.5'],
  ['limit', ''],
  ['limit', '1&limit=2'],
  ['cursor', 'abc'],
  ['cursor', ''],
  ['cursor', unknownId],
  ['page', '2'],
])('responds with 400 to ?%s=%s', async (field, value) => {
  const { status, body } = await callApi(torii, 'POST', `/users/search?${field}=${value}`, {});
  expect([status, body.properties.errors]).toEqual([400, [{ field, message: expect.any(String) }]]);
});

test.each([
  ['0', 1],
  ['-7', 1],
  ['101', 25],
  ['99999999999', 25],
])('moves a limit of %s into the range from 1 to 100', async (limit, found) => {
  const { status, body } = await search(torii.environment('crowd'), {}, `?limit=${limit}`);
  expect([status, body.items.length]).toEqual([200, found]);
});

test('responds with 400 to a cursor of another environment', async () => {
  const { body: page } = await search(torii.environment('crowd'), {}, '?limit=1');
  const { status, body } = await callApi(
    torii.environment('people'),
    'POST',
    `/users/search?cursor=${page.nextCursor}`,
    {},
  );
  expect([status, body.properties.errors?.[0]?.field]).toEqual([400, 'cursor']);
});

test('responds with 415 to a filter that is not JSON', async () => {
  const headers = { authorization: `Bearer ${torii.secretKey}`, 'content-type': 'text/plain' };
  expect((await callApi(torii, 'POST', '/users/search', '{}', headers)).status).toBe(415);
});
