// Produces every documented status of every operation, and validates the responses against spec/ with a different
// validator than the one in the emulator.
import { type Schema, Validator } from '@cfworker/json-schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCompleteSpec } from '../../../scripts/generate/complete-spec.ts';
import type { JsonObject } from '../../../spec/corrections.ts';
import { type Emulator, type EmulatorEnvironment, startEmulator } from '../src/index.ts';
import { callApi, signIn, unknownId } from './rest.ts';

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

type Paths = Readonly<
  Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
>;

const document: JsonObject = readCompleteSpec();
const paths = document['paths'] as unknown as Paths;
const documented = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, { responses }]) =>
    Object.entries(responses).map(([status, response]) => ({
      name: `${method.toUpperCase()} ${path.replace('/api/server/v1', '')} ${status}`,
      response,
    })),
  ),
);

let torii: Emulator;
let acme: EmulatorEnvironment;
let count = 0;
beforeAll(async () => {
  torii = await startEmulator({ environments: [{ name: 'acme' }] });
  acme = torii.environment('acme');
});
afterAll(() => torii.stop());

const password = 'correct horse';
const createEmail = () => `user${++count}@example.com`;
const wrongKey = { authorization: 'Bearer sk_test_wrong' };
const call = (method: string, path: string, body?: unknown) => callApi<unknown>(torii, method, path, body);
const callUnauthorized = (method: string, path: string, body?: unknown) =>
  callApi<unknown>(torii, method, path, body, wrongKey);

/** Creates a user with values in all fields and with a session. */
async function settler(): Promise<{ readonly userId: string; readonly sessionId: string }> {
  const email = createEmail();
  const { id } = await torii.createUser({
    email,
    password,
    name: 'Ada',
    phone: '+45',
    locale: 'da',
    address: 'Copenhagen',
    dateOfBirth: '1815-12-10',
  });
  const { body } = await signIn<{ sessionId: string }>(torii, { email, password });
  return { userId: id, sessionId: body.sessionId };
}
const stranger = async () => (await acme.createUser()).id;

type Answer = Awaited<ReturnType<typeof call>>;

/** A request that produces each status. */
const cases: Readonly<Record<string, () => Promise<Answer>>> = {
  'POST /users 201': () => call('POST', '/users', { email: createEmail(), name: 'Ada', password }),
  'POST /users 400': () => call('POST', '/users', { password: 'short' }),
  'POST /users 401': () => callUnauthorized('POST', '/users', {}),
  'POST /users 409': async () => {
    const email = createEmail();
    await call('POST', '/users', { email });
    return call('POST', '/users', { email });
  },
  'POST /users/{userId}/unban 200': async () => call('POST', `/users/${(await settler()).userId}/unban`),
  'POST /users/{userId}/unban 401': () => callUnauthorized('POST', `/users/${unknownId}/unban`),
  'POST /users/{userId}/unban 403': async () => call('POST', `/users/${await stranger()}/unban`),
  'POST /users/{userId}/unban 404': () => call('POST', `/users/${unknownId}/unban`),
  'POST /users/{userId}/ban 200': async () => call('POST', `/users/${(await settler()).userId}/ban`),
  'POST /users/{userId}/ban 401': () => callUnauthorized('POST', `/users/${unknownId}/ban`),
  'POST /users/{userId}/ban 403': async () => call('POST', `/users/${await stranger()}/ban`),
  'POST /users/{userId}/ban 404': () => call('POST', `/users/${unknownId}/ban`),
  'POST /users/search 200': async () => {
    await settler();
    await settler();
    return call('POST', '/users/search?limit=1', { statuses: ['active'] });
  },
  'POST /users/search 401': () => callUnauthorized('POST', '/users/search', {}),
  'GET /users/{userId} 200': async () => call('GET', `/users/${(await settler()).userId}`),
  'GET /users/{userId} 401': () => callUnauthorized('GET', `/users/${unknownId}`),
  'GET /users/{userId} 403': async () => call('GET', `/users/${await stranger()}`),
  'GET /users/{userId} 404': () => call('GET', `/users/${unknownId}`),
  'DELETE /users/{userId} 204': async () => call('DELETE', `/users/${(await settler()).userId}`),
  'DELETE /users/{userId} 401': () => callUnauthorized('DELETE', `/users/${unknownId}`),
  'DELETE /users/{userId} 403': async () => {
    const { userId } = await settler();
    await call('DELETE', `/users/${userId}`);
    return call('DELETE', `/users/${userId}`);
  },
  'DELETE /users/{userId} 404': () => call('DELETE', `/users/${unknownId}`),
  'PATCH /users/{userId} 200': async () => call('PATCH', `/users/${(await settler()).userId}`, { locale: null }),
  'PATCH /users/{userId} 400': async () => call('PATCH', `/users/${(await settler()).userId}`, { locale: 'fr' }),
  'PATCH /users/{userId} 401': () => callUnauthorized('PATCH', `/users/${unknownId}`, {}),
  'PATCH /users/{userId} 403': async () => call('PATCH', `/users/${await stranger()}`, {}),
  'PATCH /users/{userId} 404': () => call('PATCH', `/users/${unknownId}`, {}),
  'GET /users/{userId}/sessions 200': async () => call('GET', `/users/${(await settler()).userId}/sessions`),
  'GET /users/{userId}/sessions 401': () => callUnauthorized('GET', `/users/${unknownId}/sessions`),
  'GET /users/{userId}/sessions 403': async () => call('GET', `/users/${await stranger()}/sessions`),
  'DELETE /users/{userId}/sessions 204': async () => call('DELETE', `/users/${(await settler()).userId}/sessions`),
  'DELETE /users/{userId}/sessions 401': () => callUnauthorized('DELETE', `/users/${unknownId}/sessions`),
  'DELETE /users/{userId}/sessions 403': async () => call('DELETE', `/users/${await stranger()}/sessions`),
  'DELETE /users/{userId}/sessions/{sessionId} 204': async () => {
    const { userId, sessionId } = await settler();
    return call('DELETE', `/users/${userId}/sessions/${sessionId}`);
  },
  'DELETE /users/{userId}/sessions/{sessionId} 401': () =>
    callUnauthorized('DELETE', `/users/${unknownId}/sessions/${unknownId}`),
  'DELETE /users/{userId}/sessions/{sessionId} 403': async () =>
    call('DELETE', `/users/${await stranger()}/sessions/${(await settler()).sessionId}`),
};

test('has exactly one case for every documented status', () => {
  expect(Object.keys(cases).sort()).toEqual(documented.map(({ name }) => name).sort());
});

test.each(documented)('$name', async ({ name, response }) => {
  const answer = await cases[name]?.();
  expect(answer?.status).toBe(Number(name.split(' ').at(-1)));
  const [content] = Object.entries(response.content ?? {});
  if (content === undefined) {
    expect(answer?.body).toBeUndefined();
    return;
  }
  const [mediaType, { schema }] = content;
  expect(answer?.headers.get('content-type')?.split(';')[0]).toBe(mediaType);
  const validator = new Validator({ ...schema, components: document['components'] } as Schema, '2020-12', false);
  expect(validator.validate(answer?.body)).toEqual({ valid: true, errors: [] });
});
