import { expect, test, vi } from 'vitest';
import { ToriiApiError, ToriiConfigError, ToriiConnectionError } from '../src/index.ts';
import { failureOf, networkError, ok, page, refusal, scriptApi, secretKey, userBody } from './scripted-api.ts';

const never = { maxRetries: 0 };

test('returns the response body unchanged, including unknown fields', async () => {
  const { client } = scriptApi([ok({ ...userBody(), name: null, later: { added: true } })]);
  expect(await client.users.get('ada')).toEqual({ ...userBody(), name: null, later: { added: true } });
});

test('withResponse() returns status, headers and attempts with the data', async () => {
  const { client } = scriptApi([refusal(503), new Response(JSON.stringify(userBody()), { headers: { 'x-id': 'r1' } })]);
  const { data, status, headers, attempts } = await client.users.get('ada').withResponse();
  expect({ data, status, attempts }).toEqual({ data: userBody(), status: 200, attempts: 2 });
  expect(headers.get('x-id')).toBe('r1');
});

test('withResponse() of a failed call causes no unhandled rejection', async () => {
  const unhandled = vi.fn();
  globalThis.process?.on('unhandledRejection', unhandled);
  const { client } = scriptApi([refusal(404)]);
  await expect(client.users.get('ada').withResponse()).rejects.toBeInstanceOf(ToriiApiError);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(unhandled).not.toHaveBeenCalled();
  globalThis.process?.off('unhandledRejection', unhandled);
});

test('a call is an instance of Promise', async () => {
  const { client } = scriptApi([ok()]);
  const call = client.users.get('ada');
  expect(call).toBeInstanceOf(Promise);
  await expect(call).resolves.toEqual(userBody());
});

test.each([
  ['204', new Response(null, { status: 204 })],
  ['an empty 200', new Response('')],
  ['a 200 with a body', ok({ deleted: true })],
])('accepts %s as a successful delete', async (_name, answer) => {
  const { client } = scriptApi([answer]);
  expect(await client.users.delete('ada')).toBeUndefined();
});

test('reads an answer with a byte order mark, which a fetch other than the platform’s keeps', async () => {
  const answer = Object.assign(new Response(), { text: async () => `\uFEFF${JSON.stringify(userBody())}` });
  const { client } = scriptApi([answer]);
  await expect(client.users.get('ada')).resolves.toEqual(userBody());
});

test.each([
  ['an empty body', '', undefined],
  ['half a body', '{"id":"ada","na', '{"id":"ada","na'],
  ['an HTML page', '<html>Welcome</html>', '<html>Welcome</html>'],
  ['null', 'null', null],
  ['a string', '"ada"', 'ada'],
  ['a list', '[]', []],
  ['an object without an id', '{"name":"Ada"}', { name: 'Ada' }],
  ['an object whose id is not a string', '{"id":7}', { id: 7 }],
])('refuses %s instead of a user', async (_name, text, body) => {
  const { client } = scriptApi([new Response(text)]);
  const error = await failureOf(client.users.get('ada'));
  expect(error).toBeInstanceOf(ToriiApiError);
  expect(error).toMatchObject({
    status: 502,
    code: 'response_malformed',
    method: 'GET',
    path: '/api/server/v1/users/ada',
    attempts: 1,
  });
  expect((error as ToriiApiError).body).toEqual(body);
});

test.each(['', 'null', '[]', '"token"', '7', '{"token"'])(
  'refuses %j instead of an object that has no id, and repeats nothing',
  async (text) => {
    const { client, sent } = scriptApi([new Response(text), new Response(text), new Response(text)]);
    const calls = [
      client.users.createImpersonationToken('ada', { actorUserId: 'grace', reason: 'Support case 7' }),
      client.allowedOrigins.get(),
      client.organizations.updateMemberMetadata('o1', 'ada', { publicMetadata: {} }),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'response_malformed', status: 502 });
    expect(sent).toHaveLength(3);
  },
);

test.each([
  ['204', () => new Response(null, { status: 204 })],
  ['an empty 200', () => new Response('')],
  ['a 200 with a body', () => ok({ id: 'i1' })],
])('accepts %s as a successful revocation of an invitation', async (_name, answer) => {
  const { client } = scriptApi([answer(), answer()]);
  expect(await client.invitations.revoke('i1')).toBeUndefined();
  expect(await client.invitations.revoke('i1').withResponse()).toMatchObject({ data: undefined, attempts: 1 });
});

test('a refused change of an invitation says what became of the invitation', async () => {
  const body = { status: 409, code: 'invitation_not_pending', invitationStatus: 'ACCEPTED' };
  const { client } = scriptApi([Response.json(body, { status: 409 })]);
  const error = await failureOf(client.invitations.updateMetadata('i1', { publicMetadata: { plan: 'pro' } }));
  expect(error).toMatchObject({
    status: 409,
    code: 'invitation_not_pending',
    problem: { invitationStatus: 'ACCEPTED' },
  });
});

test.each([
  ['a list', []],
  ['an object without items', { hasMore: false, nextCursor: null }],
  ['items that are not an array', { items: {}, hasMore: false, nextCursor: null }],
  ['a page without hasMore and nextCursor', { items: [] }],
  ['hasMore without a cursor', { items: [], hasMore: true, nextCursor: null }],
  ['a cursor although hasMore is false', { items: [], hasMore: false, nextCursor: 'c1' }],
  ['a cursor that is not a string', { items: [], hasMore: true, nextCursor: 7 }],
])('refuses %s instead of a page', async (_name, body) => {
  const { client } = scriptApi([ok(body)]);
  const error = await failureOf(client.users.list());
  expect(error).toMatchObject({ code: 'response_malformed', body });
});

test.each([
  ['an object', {}],
  ['a list of strings', ['s1']],
  ['a list of objects without ids', [{}]],
])('refuses %s instead of a list of sessions', async (_name, body) => {
  const { client } = scriptApi([ok(body)]);
  expect(await failureOf(client.sessions.listForUser('ada'))).toMatchObject({ code: 'response_malformed' });
});

test('nextCursor is null if the last page omits it', async () => {
  const { client } = scriptApi([ok({ items: [], hasMore: false })]);
  expect(await client.users.list()).toEqual({ items: [], hasMore: false, nextCursor: null });
});

test.each([
  ['at the top level', { code: 'email_taken', supportId: 's-7' }],
  ['in properties', { properties: { code: 'email_taken', supportId: 's-7' } }],
  ['in properties, with an underscore', { properties: { code: 'email_taken', support_id: 's-7' } }],
  ['at the top level, with an underscore', { code: 'email_taken', support_id: 's-7' }],
])('reads the code and the support id %s', async (_name, members) => {
  const body = { type: 'about:blank', title: 'Conflict', status: 409, detail: 'Taken.', ...members };
  const { client } = scriptApi([Response.json(body, { status: 409 })]);
  const error = await failureOf(client.users.create({ email: 'ada@example.com' }));
  expect(error).toBeInstanceOf(ToriiApiError);
  expect(error).toMatchObject({
    status: 409,
    code: 'email_taken',
    supportId: 's-7',
    method: 'POST',
    path: '/api/server/v1/users',
    attempts: 1,
    body,
    problem: { title: 'Conflict', detail: 'Taken.' },
  });
});

test.each([
  ['text', 'Bad gateway', 'Bad gateway', null],
  ['a list', '[1]', [1], null],
  ['an empty body', '', undefined, null],
  ['an object without a code', '{"a":1}', { a: 1 }, { a: 1 }],
])('describes an error response with %s', async (_name, text, body, problem) => {
  const { client } = scriptApi([new Response(text, { status: 502 })]);
  const error = await failureOf(client.users.get('ada', never));
  expect(error).toMatchObject({ status: 502, code: 'unknown', supportId: null, problem });
  expect((error as ToriiApiError).body).toEqual(body);
});

test('a code from the server cannot forge a log line', async () => {
  const { client } = scriptApi([Response.json({ code: 'a\n2026 INFO all is well' }, { status: 400 })]);
  expect(await failureOf(client.users.get('ada'))).toMatchObject({ code: 'unknown' });
});

test.each([
  ['as it is', (text: string) => text],
  ['with an escaped slash, as PHP writes JSON', (text: string) => text.replaceAll('/', '\\/')],
  [
    'with code points, as .NET writes JSON',
    (text: string) => text.replaceAll('+', '\\u002B').replaceAll('=', '\\u003d'),
  ],
  ['in HTML', (text: string) => text.replaceAll('/', '&#x2F;').replaceAll('+', '&#43;')],
  ['in a URL', (text: string) => text.replaceAll('/', '%2f').replaceAll('+', '%2B').replaceAll('=', '%3D')],
  ['after a backslash', (text: string) => text.replaceAll('Bearer ', '\\\\')],
])('[16] removes the secret key from an error response that echoes it %s', async (_name, escaped) => {
  const key = 'sk_test_ab/cd+ef=';
  const echo = escaped(JSON.stringify({ authorization: `Bearer ${key}` }));
  const { client } = scriptApi([new Response(echo, { status: 400 })], { secretKey: key });
  const { body } = (await failureOf(client.users.get('ada'))) as ToriiApiError;
  expect(body).toEqual({ authorization: expect.stringMatching(/\[secret key\]$/) });
});

test.each([301, 302, 303, 307, 308])('30: follows no redirect: %i', async (status) => {
  const headers = { location: 'https://evil.example/' };
  const { client, sent } = scriptApi([new Response(null, { status, headers }), ok()]);
  expect(await failureOf(client.users.get('ada'))).toMatchObject({
    status: 502,
    code: 'redirect_refused',
    attempts: 1,
  });
  expect(sent).toHaveLength(1);
});

test('30: calls fetch with redirect: manual', async () => {
  const fetch = vi.fn(async () => ok());
  const { createToriiClient } = await import('../src/index.ts');
  await createToriiClient({ secretKey, fetch }).users.get('ada');
  expect(fetch).toHaveBeenCalledWith(expect.any(String), expect.objectContaining({ redirect: 'manual' }));
});

test('a network error keeps its cause and its code', async () => {
  const { client } = scriptApi([networkError('ECONNRESET')]);
  const error = await failureOf(client.users.get('ada', never));
  expect(error).toBeInstanceOf(ToriiConnectionError);
  expect(error).toMatchObject({
    reason: 'network',
    code: 'connection_failed',
    method: 'GET',
    path: '/api/server/v1/users/ada',
    attempts: 1,
    cause: { message: 'fetch failed', cause: { code: 'ECONNRESET' } },
  });
});

test('handles an error that is its own cause', async () => {
  const loop = new Error('loop');
  loop.cause = loop;
  const { client } = scriptApi([loop]);
  expect(await failureOf(client.users.get('ada', never))).toMatchObject({ reason: 'network' });
});

test.each([
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken'))],
])('succeeds if a listener %s', async (_name, onEvent) => {
  const { client } = scriptApi([ok()], { onEvent });
  expect(await client.users.get('ada')).toEqual(userBody());
});

test('rejects instead of throwing if an argument is wrong', async () => {
  const { client } = scriptApi([page([], null)]);
  expect(await failureOf(client.users.get(''))).toBeInstanceOf(ToriiConfigError);
  expect(await failureOf(client.request({ method: 'GET', path: '' }))).toBeInstanceOf(ToriiConfigError);
});
