import { expect, test } from 'vitest';
import { Patch, ToriiConfigError } from '../src/index.ts';
import { operations } from './operations.ts';
import { ok, page, scriptApi, secretKey } from './scripted-api.ts';

const root = '/api/server/v1';

test.each(operations)('$name sends the documented request', async ({ call, line, body, answer }) => {
  const { client, sent } = scriptApi([answer()]);
  await call(client);
  const [request] = sent;
  expect(`${request?.method} ${request?.url.pathname.replace(root, '')}${request?.url.search}`).toBe(line);
  expect(request?.url.pathname.startsWith(root)).toBe(true);
  expect(request?.body).toEqual(body);
  expect(request?.headers.get('authorization')).toBe(`Bearer ${secretKey}`);
  expect(request?.headers.get('content-type')).toBe(body === undefined ? null : 'application/json');
});

test('divides flat parameters into query string and body', async () => {
  const { client, sent } = scriptApi([page([], null)]);
  const filter = { name: null, email: '@b.co', statuses: ['active', 'banned'] as const };
  await client.users.list({ limit: 50, cursor: 'c 1', ...filter, createdAfter: '2026-01-01T00:00:00Z' });
  expect(sent[0]?.url.search).toBe('?limit=50&cursor=c+1');
  expect(sent[0]?.body).toEqual({ ...filter, createdAfter: '2026-01-01T00:00:00Z' });
});

test('omits undefined parameters and a null cursor', async () => {
  const { client, sent } = scriptApi([page([], null)]);
  await client.users.list({ cursor: null, limit: undefined, statuses: undefined, name: undefined });
  expect(sent[0]?.url.search).toBe('');
  expect(sent[0]?.body).toEqual({});
});

test.each([
  ['values', { firstName: 'Ada', locale: 'da' } as const, { firstName: 'Ada', locale: 'da' }],
  ['null', { lastName: null, locale: null }, { lastName: null, locale: null }],
  ['patches', { firstName: Patch.set('Ada'), lastName: Patch.set(null) }, { firstName: 'Ada', lastName: null }],
  ['undefined', { firstName: undefined, lastName: null }, { lastName: null }],
  ['no fields', {}, {}],
])('an update with %s sends exactly the changed fields', async (_name, fields, body) => {
  const { client, sent } = scriptApi([ok()]);
  await client.users.update('ada', fields);
  expect(sent[0]?.body).toEqual(body);
});

test.each([
  ['a slash', 'a/b', 'a%2Fb'],
  ['a path traversal', '../admin', '..%2Fadmin'],
  ['an encoded dot segment', '%2e%2e', '%252e%252e'],
  ['a query', 'a?x=1', 'a%3Fx%3D1'],
  ['a fragment', 'a#b', 'a%23b'],
  ['a backslash', 'a\\b', 'a%5Cb'],
  ['a space and a non-ASCII letter', 'å b', '%C3%A5%20b'],
])('30: encodes an id with %s', async (_name, id, encoded) => {
  const { client, sent } = scriptApi([ok()]);
  await client.users.get(id);
  expect(sent[0]?.url.pathname).toBe(`${root}/users/${encoded}`);
});

test.each([
  ['empty', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['a number', 7],
  ['undefined', undefined],
  ['a lone surrogate', '\uD800'],
])('30: refuses an id that is %s, and sends nothing', async (_name, id) => {
  const { client, sent } = scriptApi([page([], null)]);
  const calls = [client.users.get(id as string), client.users.delete(id as string), client.users.ban(id as string)];
  for (const call of calls) await expect(call).rejects.toMatchObject({ option: 'userId' });
  await expect(client.sessions.revoke('ada', id as string)).rejects.toMatchObject({ option: 'sessionId' });
  expect(sent).toEqual([]);
});

test.each<[string, object, string]>([
  ['an unknown field', { nickname: 'x' }, 'nickname'],
  ['a field that every object inherits', { constructor: 1 }, 'constructor'],
  ['__proto__', JSON.parse('{"__proto__":1}'), '__proto__'],
  ['a date that does not exist', { dateOfBirth: '2026-02-30' }, 'dateOfBirth'],
  ['a date in words', { dateOfBirth: 'yesterday' }, 'dateOfBirth'],
  ['a date with a time', { dateOfBirth: '1815-12-10T00:00:00Z' }, 'dateOfBirth'],
  ['an incomplete date', { dateOfBirth: '1815-12' }, 'dateOfBirth'],
  ['a Date object', { dateOfBirth: new Date() }, 'dateOfBirth'],
  ['a date that does not exist, in a patch', { dateOfBirth: Patch.set('1815-13-01') }, 'dateOfBirth'],
])('refuses an update with %s, and sends nothing', async (_name, fields, option) => {
  const { client, sent } = scriptApi([ok()]);
  const error: unknown = await client.users.update('ada', fields).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ToriiConfigError);
  expect(error).toMatchObject({ option });
  expect(sent).toEqual([]);
});

test.each<[string, object, string]>([
  ['a limit of 0', { limit: 0 }, 'limit'],
  ['a negative limit', { limit: -1 }, 'limit'],
  ['a fractional limit', { limit: 1.5 }, 'limit'],
  ['a limit that is not a number', { limit: '20' }, 'limit'],
  ['null as statuses', { statuses: null }, 'statuses'],
  ['a string as statuses', { statuses: 'active' }, 'statuses'],
  ['a date and time without a time zone', { createdAfter: '2026-01-01T00:00:00' }, 'createdAfter'],
  ['a date without a time', { createdBefore: '2026-01-01' }, 'createdBefore'],
  ['an hour that does not exist', { createdAfter: '2026-01-01T25:00:00Z' }, 'createdAfter'],
  ['a date that does not exist', { createdAfter: '2026-02-30T00:00:00Z' }, 'createdAfter'],
  ['an unknown field', { status: 'active' }, 'status'],
])('refuses a list with %s, and sends nothing', async (_name, input, option) => {
  const { client, sent } = scriptApi([page([], null)]);
  await expect(client.users.list(input)).rejects.toMatchObject({ name: 'ToriiConfigError', option });
  expect(sent).toEqual([]);
});

const ids = (count: number) => Array.from({ length: count }, (_, index) => `user${index}`);

test.each(['userIds', 'emailAddresses'] as const)('%s takes 100 values, and refuses more', async (option) => {
  const { client, sent } = scriptApi([page([], null), page([], null)]);
  await client.users.list({ [option]: ids(100) });
  expect(sent[0]?.body).toEqual({ [option]: ids(100) });
  for (const list of [ids(101), ids(5000)]) {
    await expect(client.users.list({ [option]: list })).rejects.toMatchObject({ name: 'ToriiConfigError', option });
    const loop = client.users.list({ [option]: list })[Symbol.asyncIterator]();
    await expect(loop.next()).rejects.toMatchObject({ name: 'ToriiConfigError', option });
  }
  expect(sent).toHaveLength(1);
});

// An empty list finds no user. If it were left out, the search would find all users.
test.each(['userIds', 'emailAddresses'] as const)('%s is sent if it is empty', async (option) => {
  const { client, sent } = scriptApi([page([], null)]);
  await client.users.list({ [option]: [] });
  expect(sent[0]?.body).toEqual({ [option]: [] });
});

test.each<[string, object, string]>([
  ['null as userIds', { userIds: null }, 'userIds'],
  ['a text as userIds', { userIds: 'ada' }, 'userIds'],
  ['a Set as userIds', { userIds: new Set(['ada']) }, 'userIds'],
  ['an id that is undefined', { userIds: ['ada', undefined] }, 'userIds'],
  ['a list with a gap', { emailAddresses: new Array(1) }, 'emailAddresses'],
  ['a patch with 101 ids', { userIds: Patch.set(ids(101)) }, 'userIds'],
])('refuses a list with %s, and sends nothing', async (_name, input, option) => {
  const { client, sent } = scriptApi([page([], null)]);
  await expect(client.users.list(input)).rejects.toMatchObject({ name: 'ToriiConfigError', option });
  expect(sent).toEqual([]);
});

test('refuses an empty list of statuses of invitations, which would find all of them', async () => {
  const { client, sent } = scriptApi([page([], null)]);
  await expect(client.invitations.list({ status: [] })).rejects.toMatchObject({ option: 'status' });
  expect(sent).toEqual([]);
});

test('sends an empty list of allowed origins, which removes all of them', async () => {
  const { client, sent } = scriptApi([ok({ origins: [] })]);
  await client.allowedOrigins.replace({ origins: [] });
  expect(sent[0]?.body).toEqual({ origins: [] });
});

test('30: refuses wrong ids of organizations, members and invitations, and sends nothing', async () => {
  const { client, sent } = scriptApi([page([], null)]);
  for (const id of ['', '.', '..', undefined as never, 'ada@example.com']) {
    await expect(client.organizations.get(id)).rejects.toMatchObject({ option: 'organizationId' });
    await expect(client.organizations.listMembers(id)).rejects.toMatchObject({ option: 'organizationId' });
    await expect(client.organizations.updateMemberMetadata('o1', id, {})).rejects.toMatchObject({
      option: 'memberUserId',
    });
    await expect(client.invitations.revoke(id)).rejects.toMatchObject({ option: 'invitationId' });
    await expect(client.invitations.resend(id)).rejects.toMatchObject({ option: 'invitationId' });
    await expect(client.users.listOrganizations(id)).rejects.toMatchObject({ option: 'userId' });
    await expect(client.users.updateMetadata(id, {})).rejects.toMatchObject({ option: 'userId' });
  }
  expect(sent).toEqual([]);
});

test('refuses parameters that are not an object', async () => {
  const { client } = scriptApi([]);
  await expect(client.users.update('ada', null as never)).rejects.toMatchObject({ option: 'params' });
  await expect(client.users.create('Ada' as never)).rejects.toMatchObject({ option: 'params' });
});

test('accepts any time zone', async () => {
  const { client, sent } = scriptApi([page([], null)]);
  const times = { createdAfter: '2026-01-01T00:00:00.5+02:00', createdBefore: null };
  await client.users.list(times);
  expect(sent[0]?.body).toEqual(times);
});

test('sends the caller’s headers, but never replaces the secret key', async () => {
  const { client, sent } = scriptApi([ok()]);
  await client.users.get('ada', { headers: { 'x-request-id': 'r1', Authorization: 'Bearer other' } });
  expect(sent[0]?.headers.get('x-request-id')).toBe('r1');
  expect(sent[0]?.headers.get('authorization')).toBe(`Bearer ${secretKey}`);
});

test('request() calls an operation that has no method', async () => {
  const { client, sent } = scriptApi([ok([{ any: 'thing' }])]);
  const query = { limit: 2, tag: ['a', 'b'], cursor: null, other: undefined };
  const answer = await client.request<{ any: string }[]>({
    method: 'POST',
    path: `${root}/organizations`,
    query,
    body: { name: 'Acme' },
  });
  expect(answer).toEqual([{ any: 'thing' }]);
  expect(sent[0]).toMatchObject({ method: 'POST', body: { name: 'Acme' } });
  expect(sent[0]?.url.href).toMatch(/organizations\?limit=2&tag=a&tag=b$/);
});

test.each([
  ['another origin', '//evil.example/x'],
  ['a complete URL', 'https://evil.example/x'],
  ['a user name', '@evil.example'],
  ['no slash', 'api'],
  ['an empty string', ''],
  ['a dot segment', '/api/../x'],
  ['an encoded dot segment', '/api/%2E%2e/x'],
  ['a partly encoded dot segment', '/api/.%2e'],
  ['an empty segment', '/api//x'],
  ['a backslash', '/api\\x'],
  ['a query', '/api?x=1'],
  ['a line break', '/api\n'],
])('30: request() refuses a path that is or contains %s', async (_name, path) => {
  const { client, sent } = scriptApi([ok()]);
  await expect(client.request({ method: 'GET', path })).rejects.toMatchObject({ option: 'path' });
  expect(sent).toEqual([]);
});
