import { expect, test } from 'vitest';
import { Patch, type ToriiClient, ToriiConfigError } from '../src/index.ts';
import { ok, page, scriptApi, secretKey } from './scripted-api.ts';

const root = '/api/server/v1';

test.each<[string, (torii: ToriiClient) => PromiseLike<unknown>, string, unknown, Response]>([
  ['users.create', ({ users }) => users.create({ email: 'a@b.co' }), `POST ${root}/users`, { email: 'a@b.co' }, ok()],
  ['users.list', ({ users }) => users.list(), `POST ${root}/users/search`, {}, page([], null)],
  ['users.get', ({ users }) => users.get('ada'), `GET ${root}/users/ada`, undefined, ok()],
  ['users.update', ({ users }) => users.update('ada', {}), `PATCH ${root}/users/ada`, {}, ok()],
  ['users.delete', ({ users }) => users.delete('ada'), `DELETE ${root}/users/ada`, undefined, ok('')],
  ['users.ban', ({ users }) => users.ban('ada'), `POST ${root}/users/ada/ban`, undefined, ok()],
  ['users.unban', ({ users }) => users.unban('ada'), `POST ${root}/users/ada/unban`, undefined, ok()],
  [
    'sessions.listForUser',
    ({ sessions }) => sessions.listForUser('ada'),
    `GET ${root}/users/ada/sessions`,
    undefined,
    ok([]),
  ],
  [
    'sessions.revokeAllForUser',
    ({ sessions }) => sessions.revokeAllForUser('ada'),
    `DELETE ${root}/users/ada/sessions`,
    undefined,
    ok(''),
  ],
  [
    'sessions.revoke',
    ({ sessions }) => sessions.revoke('ada', 's1'),
    `DELETE ${root}/users/ada/sessions/s1`,
    undefined,
    ok(''),
  ],
])('%s sends what the API wants', async (_name, call, line, body, answer) => {
  const { torii, sent } = scriptApi([answer]);
  await call(torii);
  const [request] = sent;
  expect(`${request?.method} ${request?.url.pathname}${request?.url.search}`).toBe(line);
  expect(request?.body).toEqual(body);
  expect(request?.headers.get('authorization')).toBe(`Bearer ${secretKey}`);
  expect(request?.headers.get('content-type')).toBe(body === undefined ? null : 'application/json');
});

test('divides flat options into query and body', async () => {
  const { torii, sent } = scriptApi([page([], null)]);
  const filter = { name: null, email: '@b.co', statuses: ['active', 'banned'] as const };
  await torii.users.list({ limit: 50, cursor: 'c 1', ...filter, createdAfter: '2026-01-01T00:00:00Z' });
  expect(sent[0]?.url.search).toBe('?limit=50&cursor=c+1');
  expect(sent[0]?.body).toEqual({ ...filter, createdAfter: '2026-01-01T00:00:00Z' });
});

test('leaves out what is undefined, and a cursor that is null', async () => {
  const { torii, sent } = scriptApi([page([], null)]);
  await torii.users.list({ cursor: null, limit: undefined, statuses: undefined, name: undefined });
  expect(sent[0]?.url.search).toBe('');
  expect(sent[0]?.body).toEqual({});
});

test.each([
  ['values', { name: 'Ada', locale: 'da' } as const, { name: 'Ada', locale: 'da' }],
  ['null', { phone: null, locale: null }, { phone: null, locale: null }],
  ['patches', { name: Patch.set('Ada'), phone: Patch.set(null) }, { name: 'Ada', phone: null }],
  ['undefined', { name: undefined, phone: null }, { phone: null }],
  ['nothing', {}, {}],
])('an update of %s sends exactly what was meant', async (_name, fields, body) => {
  const { torii, sent } = scriptApi([ok()]);
  await torii.users.update('ada', fields);
  expect(sent[0]?.body).toEqual(body);
});

test.each([
  ['a slash', 'a/b', 'a%2Fb'],
  ['a way out', '../admin', '..%2Fadmin'],
  ['an encoded dot segment', '%2e%2e', '%252e%252e'],
  ['a query', 'a?x=1', 'a%3Fx%3D1'],
  ['a fragment', 'a#b', 'a%23b'],
  ['a backslash', 'a\\b', 'a%5Cb'],
  ['a space and more', 'å b', '%C3%A5%20b'],
])('30: encodes an id with %s', async (_name, id, encoded) => {
  const { torii, sent } = scriptApi([ok()]);
  await torii.users.get(id);
  expect(sent[0]?.url.pathname).toBe(`${root}/users/${encoded}`);
});

test.each([
  ['empty', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['no text', 7],
  ['not there', undefined],
  ['half a character', '\uD800'],
])('30: refuses an id that is %s, and sends nothing', async (_name, id) => {
  const { torii, sent } = scriptApi([page([], null)]);
  const calls = [torii.users.get(id as string), torii.users.delete(id as string), torii.users.ban(id as string)];
  for (const call of calls) await expect(call).rejects.toMatchObject({ option: 'userId' });
  await expect(torii.sessions.revoke('ada', id as string)).rejects.toMatchObject({ option: 'sessionId' });
  expect(sent).toEqual([]);
});

test.each<[string, object, string]>([
  ['a field that there is not', { nickname: 'x' }, 'nickname'],
  ['a field of every object', { constructor: 1 }, 'constructor'],
  ['__proto__', JSON.parse('{"__proto__":1}'), '__proto__'],
  ['a day that is none', { dateOfBirth: '2026-02-30' }, 'dateOfBirth'],
  ['a day in words', { dateOfBirth: 'yesterday' }, 'dateOfBirth'],
  ['a day with an hour', { dateOfBirth: '1815-12-10T00:00:00Z' }, 'dateOfBirth'],
  ['half a day', { dateOfBirth: '1815-12' }, 'dateOfBirth'],
  ['a Date', { dateOfBirth: new Date() }, 'dateOfBirth'],
  ['a day that is none in a patch', { dateOfBirth: Patch.set('1815-13-01') }, 'dateOfBirth'],
])('refuses an update with %s, and sends nothing', async (_name, fields, option) => {
  const { torii, sent } = scriptApi([ok()]);
  const error: unknown = await torii.users.update('ada', fields).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ToriiConfigError);
  expect(error).toMatchObject({ option });
  expect(sent).toEqual([]);
});

test.each<[string, object, string]>([
  ['a limit of 0', { limit: 0 }, 'limit'],
  ['a limit below 0', { limit: -1 }, 'limit'],
  ['half a limit', { limit: 1.5 }, 'limit'],
  ['a limit that is no number', { limit: '20' }, 'limit'],
  ['statuses of null', { statuses: null }, 'statuses'],
  ['one status', { statuses: 'active' }, 'statuses'],
  ['an instant without a zone', { createdAfter: '2026-01-01T00:00:00' }, 'createdAfter'],
  ['an instant without a time', { createdBefore: '2026-01-01' }, 'createdBefore'],
  ['an hour that is none', { createdAfter: '2026-01-01T25:00:00Z' }, 'createdAfter'],
  ['a day that is none', { createdAfter: '2026-02-30T00:00:00Z' }, 'createdAfter'],
  ['a field that there is not', { status: 'active' }, 'status'],
])('refuses a list with %s, and sends nothing', async (_name, input, option) => {
  const { torii, sent } = scriptApi([page([], null)]);
  await expect(torii.users.list(input)).rejects.toMatchObject({ name: 'ToriiConfigError', option });
  expect(sent).toEqual([]);
});

test('refuses fields that are no object', async () => {
  const { torii } = scriptApi([]);
  await expect(torii.users.update('ada', null as never)).rejects.toMatchObject({ option: 'params' });
  await expect(torii.users.create('Ada' as never)).rejects.toMatchObject({ option: 'params' });
});

test('takes instants in any zone', async () => {
  const { torii, sent } = scriptApi([page([], null)]);
  const instants = { createdAfter: '2026-01-01T00:00:00.5+02:00', createdBefore: null };
  await torii.users.list(instants);
  expect(sent[0]?.body).toEqual(instants);
});

test('sends headers of the caller’s, and its own key whatever they say', async () => {
  const { torii, sent } = scriptApi([ok()]);
  await torii.users.get('ada', { headers: { 'x-request-id': 'r1', Authorization: 'Bearer other' } });
  expect(sent[0]?.headers.get('x-request-id')).toBe('r1');
  expect(sent[0]?.headers.get('authorization')).toBe(`Bearer ${secretKey}`);
});

test('calls an operation that it has no method for', async () => {
  const { torii, sent } = scriptApi([ok([{ any: 'thing' }])]);
  const query = { limit: 2, tag: ['a', 'b'], cursor: null, other: undefined };
  const answer = await torii.request<{ any: string }[]>({
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
  ['a whole URL', 'https://evil.example/x'],
  ['a user name', '@evil.example'],
  ['no slash', 'api'],
  ['nothing', ''],
  ['a dot segment', '/api/../x'],
  ['an encoded dot segment', '/api/%2E%2e/x'],
  ['half an encoded dot segment', '/api/.%2e'],
  ['an empty segment', '/api//x'],
  ['a backslash', '/api\\x'],
  ['a query', '/api?x=1'],
  ['a line break', '/api\n'],
])('30: refuses a path of the caller’s that is or has %s', async (_name, path) => {
  const { torii, sent } = scriptApi([ok()]);
  await expect(torii.request({ method: 'GET', path })).rejects.toMatchObject({ option: 'path' });
  expect(sent).toEqual([]);
});
