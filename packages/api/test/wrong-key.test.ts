import { expect, test } from 'vitest';
import { ToriiApiError, ToriiConfigError, ToriiConnectionError } from '../src/index.ts';
import { failureOf, hang, networkError, ok, page, refusal, type Step, scriptApi } from './scripted-api.ts';

const never = { maxRetries: 0 };

test('[37] a secret key that the API refuses is a wrong option, not a refusal of the caller', async () => {
  const calls = [
    () => scriptApi([refusal(401)]).client.users.get('ada'),
    () =>
      scriptApi([refusal(401)])
        .client.users.get('ada')
        .withResponse(),
    () => scriptApi([refusal(401)]).client.users.create({ firstName: 'Ada' }),
    () => scriptApi([refusal(401)]).client.users.delete('ada'),
    () => scriptApi([refusal(401)]).client.users.list(),
    () => scriptApi([refusal(401)]).client.sessions.revokeAllForUser('ada'),
    () => scriptApi([refusal(401)]).client.request({ method: 'GET', path: '/x' }),
    () => scriptApi([new Response('<html>Unauthorized</html>', { status: 401 })]).client.users.get('ada'),
    () => scriptApi([refusal(503), refusal(401)]).client.users.get('ada'),
    async () => {
      for await (const _user of scriptApi([page(['a'], 'c1'), refusal(401)]).client.users.list());
    },
  ];
  for (const call of calls) {
    const error = await failureOf(call());
    expect(error).toBeInstanceOf(ToriiConfigError);
    expect(error).not.toBeInstanceOf(ToriiApiError);
    expect(error).toMatchObject({ option: 'secretKey', cause: { name: 'ToriiApiError', status: 401 } });
    for (const name of ['status', 'statusCode', 'headers', 'body']) expect(error).not.toHaveProperty(name);
  }
});

test('[37] its event has the answer of the API, and it is not retried', async () => {
  const { client, events, sent } = scriptApi([refusal(401, 'invalid_secret_key'), ok()]);
  await failureOf(client.users.get('ada'));
  expect(sent).toHaveLength(1);
  expect(events).toMatchObject([{ error: { status: 401, code: 'invalid_secret_key' }, retryInMs: null }]);
});

test.each([400, 402, 403, 404, 409, 422, 429, 500, 502, 503])(
  'keeps the status %i of other API errors',
  async (status) => {
    const { client } = scriptApi([refusal(status, 'some_code')]);
    const error = await failureOf(client.users.get('ada', never));
    expect(error).toMatchObject({ status, code: 'some_code', supportId: 's-1', expose: false });
    expect(Object.keys(error as object)).not.toContain('expose');
  },
);

test.each<[string, Step]>([
  ['not JSON', new Response('<html>')],
  ['null', ok(null)],
  ['a redirect', new Response(null, { status: 302, headers: { location: '/' } })],
  ['a response that did not change', new Response(null, { status: 304 })],
])('[37] an unusable response is 502, because Koa would answer with the received status: %s', async (_name, step) => {
  const { client, sent } = scriptApi([step, ok()]);
  expect(await failureOf(client.users.get('ada'))).toMatchObject({ name: 'ToriiApiError', status: 502 });
  expect(sent).toHaveLength(1);
});

test('the API cannot send a code that this client gives its own errors', async () => {
  const { client } = scriptApi([refusal(503, 'response_malformed'), ok()]);
  await expect(client.users.get('ada')).resolves.toMatchObject({ id: 'ada' });
  const failing = scriptApi([refusal(400, 'redirect_refused')]);
  expect(await failureOf(failing.client.users.get('ada'))).toMatchObject({ status: 400, code: 'unknown' });
});

const told = 'ada@example.com lives at 10.0.0.7';
const problem = { title: told, detail: told, instance: `/users/${told}`, code: 'ada_at_example', supportId: told };

test.each<[string, Step]>([
  ['an error of the API', Response.json(problem, { status: 404 })],
  ['an error of the API in properties', Response.json({ properties: problem }, { status: 500 })],
  ['an error page', new Response(told, { status: 502 })],
  ['a wrong key', Response.json(problem, { status: 401 })],
  ['an unusable response', ok({ name: told })],
  ['a redirect', new Response(told, { status: 302, headers: { location: `/${told}` } })],
  ['a failed connection', networkError(told)],
  ['an error of fetch', new Error(told)],
  ['a rejection that is a text', () => Promise.reject(told)],
  ['a timeout', hang],
])('[37] the message of an error has no path, user data or text of the server: %s', async (_name, step) => {
  const { client } = scriptApi([step]);
  const error = await failureOf(client.users.get('ada_lovelace', { maxRetries: 0, timeoutMs: 50 }));
  expect(error).toBeInstanceOf(Error);
  for (const text of [(error as Error).message, String(error), JSON.stringify((error as Error).message)]) {
    for (const secret of ['ada', '10.0.0.7', '/api', 'lives']) expect(text).not.toContain(secret);
  }
});

test('[37] nor has the message of a repeated cursor', async () => {
  const { client } = scriptApi([page(['ada'], 'c1'), page(['ada'], 'c1')]);
  const error = await failureOf(
    (async () => {
      for await (const _user of client.users.list());
    })(),
  );
  expect(error).toMatchObject({ code: 'cursor_repeated', status: 502, path: '/api/server/v1/users/search' });
  for (const secret of ['c1', '/api']) expect((error as Error).message).not.toContain(secret);
});

test('the path is a property, for logs', async () => {
  const call = { method: 'GET', path: '/api/server/v1/users/ada', attempts: 1 };
  for (const step of [refusal(404), networkError('ECONNRESET')])
    expect(await failureOf(scriptApi([step]).client.users.get('ada', never))).toMatchObject(call);
});

test('keeps the errors of each address of a host', async () => {
  const reasons = ['connect ECONNREFUSED ::1:443', 'connect ETIMEDOUT 127.0.0.1:443'];
  const errors = reasons.map((message) => Object.assign(new Error(message), { code: message.split(' ')[1] }));
  const cause = Object.assign(new AggregateError(errors, ''), { code: 'ECONNREFUSED' });
  const { client } = scriptApi([new TypeError('fetch failed', { cause })]);
  const error = await failureOf(client.users.get('ada', never));
  expect(error).toBeInstanceOf(ToriiConnectionError);
  expect(error).toMatchObject({
    cause: {
      cause: { code: 'ECONNREFUSED', errors: reasons.map((message) => ({ message, code: message.split(' ')[1] })) },
    },
  });
});

test.each<[string, unknown]>([
  [
    'errors that contain themselves',
    (() => {
      const error = new AggregateError([], 'x');
      error.errors.push(error);
      error.cause = error;
      return error;
    })(),
  ],
  [
    'a getter that throws',
    Object.defineProperty(new Error('x'), 'code', {
      get: () => {
        throw new Error('y');
      },
    }),
  ],
  ['an error without a prototype', Object.assign(Object.create(null), { message: 'x', stack: 'x' })],
  ['a symbol', Symbol('x')],
  ['an object that cannot become a text', Object.create(null)],
])('a cause cannot break the call: %s', async (_name, thrown) => {
  const { client } = scriptApi([() => Promise.reject(thrown)]);
  expect(await failureOf(client.users.get('ada', never))).toMatchObject({ reason: 'network' });
});
