import { expect, test, vi } from 'vitest';
import { ToriiApiError, ToriiConfigError, ToriiConnectionError } from '../src/index.ts';
import { failureOf, networkError, ok, page, refusal, scriptApi, userBody } from './scripted-api.ts';

const never = { maxRetries: 0 };

test('gives what the API says, as it says it', async () => {
  const { torii } = scriptApi([ok({ ...userBody(), name: null, later: { added: true } })]);
  expect(await torii.users.get('ada')).toEqual({ ...userBody(), name: null, later: { added: true } });
});

test('gives status, headers and attempts with the answer', async () => {
  const { torii } = scriptApi([refusal(503), new Response(JSON.stringify(userBody()), { headers: { 'x-id': 'r1' } })]);
  const { data, status, headers, attempts } = await torii.users.get('ada').withResponse();
  expect({ data, status, attempts }).toEqual({ data: userBody(), status: 200, attempts: 2 });
  expect(headers.get('x-id')).toBe('r1');
});

test('fails once, and not a second time behind the back of whoever took the response', async () => {
  const unhandled = vi.fn();
  globalThis.process?.on('unhandledRejection', unhandled);
  const { torii } = scriptApi([refusal(404)]);
  await expect(torii.users.get('ada').withResponse()).rejects.toBeInstanceOf(ToriiApiError);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(unhandled).not.toHaveBeenCalled();
  globalThis.process?.off('unhandledRejection', unhandled);
});

test('is a promise to whoever asks', async () => {
  const { torii } = scriptApi([ok()]);
  const call = torii.users.get('ada');
  expect(call).toBeInstanceOf(Promise);
  await expect(call).resolves.toEqual(userBody());
});

test.each([
  ['204', new Response(null, { status: 204 })],
  ['an empty 200', new Response('')],
  ['a 200 that says something', ok({ deleted: true })],
])('takes %s for a delete that was done', async (_name, answer) => {
  const { torii } = scriptApi([answer]);
  expect(await torii.users.delete('ada')).toBeUndefined();
});

test.each([
  ['an empty answer', '', ''],
  ['half an answer', '{"id":"ada","na', '{"id":"ada","na'],
  ['a page for people', '<html>Welcome</html>', '<html>Welcome</html>'],
  ['null', 'null', 'null'],
  ['a text', '"ada"', 'ada'],
  ['a list', '[]', []],
  ['an object without an id', '{"name":"Ada"}', { name: 'Ada' }],
  ['an object whose id is no text', '{"id":7}', { id: 7 }],
])('refuses %s where a user should be', async (_name, text, body) => {
  const { torii } = scriptApi([new Response(text)]);
  const error = await failureOf(torii.users.get('ada'));
  expect(error).toBeInstanceOf(ToriiApiError);
  expect(error).toMatchObject({
    status: 200,
    code: 'response_malformed',
    method: 'GET',
    path: '/api/server/v1/users/ada',
    attempts: 1,
  });
  expect((error as ToriiApiError).body).toEqual(body);
});

test.each([
  ['a list', []],
  ['an object without items', { hasMore: false, nextCursor: null }],
  ['items that are no list', { items: {}, hasMore: false, nextCursor: null }],
  ['nothing about a next page', { items: [] }],
  ['another page without a cursor', { items: [], hasMore: true, nextCursor: null }],
  ['a cursor to no other page', { items: [], hasMore: false, nextCursor: 'c1' }],
  ['a cursor that is no text', { items: [], hasMore: true, nextCursor: 7 }],
])('refuses %s where a page should be', async (_name, body) => {
  const { torii } = scriptApi([ok(body)]);
  const error = await failureOf(torii.users.list());
  expect(error).toMatchObject({ code: 'response_malformed', body });
});

test.each([
  ['an object', {}],
  ['a list of texts', ['s1']],
  ['a list of things without ids', [{}]],
])('refuses %s where a list of sessions should be', async (_name, body) => {
  const { torii } = scriptApi([ok(body)]);
  expect(await failureOf(torii.sessions.listForUser('ada'))).toMatchObject({ code: 'response_malformed' });
});

test('says null where the last page says nothing of a next one', async () => {
  const { torii } = scriptApi([ok({ items: [], hasMore: false })]);
  expect(await torii.users.list()).toEqual({ items: [], hasMore: false, nextCursor: null });
});

test.each([
  ['at the top', { code: 'email_taken', supportId: 's-7' }],
  ['in properties', { properties: { code: 'email_taken', supportId: 's-7' } }],
  ['in properties, with an underscore', { properties: { code: 'email_taken', support_id: 's-7' } }],
  ['at the top, with an underscore', { code: 'email_taken', support_id: 's-7' }],
])('reads code and support id %s', async (_name, members) => {
  const body = { type: 'about:blank', title: 'Conflict', status: 409, detail: 'Taken.', ...members };
  const { torii } = scriptApi([Response.json(body, { status: 409 })]);
  const error = await failureOf(torii.users.create({ email: 'ada@example.com' }));
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
  ['nothing', '', undefined, null],
  ['an object without a code', '{"a":1}', { a: 1 }, { a: 1 }],
])('has what it can of a refusal with %s', async (_name, text, body, problem) => {
  const { torii } = scriptApi([new Response(text, { status: 502 })]);
  const error = await failureOf(torii.users.get('ada', never));
  expect(error).toMatchObject({ status: 502, code: 'unknown', supportId: null, problem });
  expect((error as ToriiApiError).body).toEqual(body);
});

test('lets no code of the server’s forge a line of a log', async () => {
  const { torii } = scriptApi([Response.json({ code: 'a\n2026 INFO all is well' }, { status: 400 })]);
  expect(await failureOf(torii.users.get('ada'))).toMatchObject({ code: 'unknown' });
});

test.each([301, 302, 303, 307, 308])('30: follows no redirect: %i', async (status) => {
  const headers = { location: 'https://evil.example/' };
  const { torii, sent } = scriptApi([new Response(null, { status, headers }), ok()]);
  expect(await failureOf(torii.users.get('ada'))).toMatchObject({ status, code: 'redirect_refused', attempts: 1 });
  expect(sent).toHaveLength(1);
});

test('30: asks the platform not to follow redirects either', async () => {
  const fetch = vi.fn(async () => ok());
  const { createToriiClient } = await import('../src/index.ts');
  await createToriiClient({ secretKey: 'sk_test_x', fetch }).users.get('ada');
  expect(fetch).toHaveBeenCalledWith(expect.any(String), expect.objectContaining({ redirect: 'manual' }));
});

test('names what the network said', async () => {
  const { torii } = scriptApi([networkError('ECONNRESET')]);
  const error = await failureOf(torii.users.get('ada', never));
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

test('ends a failure that is its own cause', async () => {
  const loop = new Error('loop');
  loop.cause = loop;
  const { torii } = scriptApi([loop]);
  expect(await failureOf(torii.users.get('ada', never))).toMatchObject({ reason: 'network' });
});

test.each([
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken'))],
])('goes on where a listener %s', async (_name, onEvent) => {
  const { torii } = scriptApi([ok()], { onEvent });
  expect(await torii.users.get('ada')).toEqual(userBody());
});

test('rejects, and does not throw, where a call is wrong', async () => {
  const { torii } = scriptApi([page([], null)]);
  expect(await failureOf(torii.users.get(''))).toBeInstanceOf(ToriiConfigError);
  expect(await failureOf(torii.request({ method: 'GET', path: '' }))).toBeInstanceOf(ToriiConfigError);
});
