// Prism, a validating proxy for OpenAPI, runs between the client and the emulator. It checks requests and responses
// against the completed specification.
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToriiClient, type ToriiApiError, type ToriiClient, ToriiConfigError } from '../../src/index.ts';
import { completeSpec, type Prism, startPrism } from './prism.ts';

type Operation = Readonly<{ responses: Readonly<Record<string, unknown>> }>;
const paths = completeSpec['paths'] as unknown as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const documented = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, { responses }]) =>
    Object.keys(responses).map((status) => `${method.toUpperCase()} ${path.replace('/api/server/v1', '')} ${status}`),
  ),
);

const unknownId = '01931a73-8b00-7000-8000-000000000000';
const password = 'correct horse';
let emulator: Emulator;
let prism: Prism;
let lenientPrism: Prism;
/** `wrong` has a wrong secret key. Prism does not validate the requests of `lenient`. */
let client: ToriiClient;
let wrong: ToriiClient;
let lenient: ToriiClient;
let strangerId: string;
let count = 0;

beforeAll(async () => {
  emulator = await startEmulator({ environments: [{ name: 'acme' }] });
  [prism, lenientPrism] = await Promise.all([
    startPrism(emulator.apiUrl),
    startPrism(emulator.apiUrl, { validatesRequests: false }),
  ]);
  const { secretKey } = emulator;
  const common = { maxRetries: 0 };
  client = createToriiClient({ ...common, secretKey, apiUrl: prism.url });
  wrong = createToriiClient({ ...common, secretKey: 'sk_test_wrong', apiUrl: prism.url });
  lenient = createToriiClient({ ...common, secretKey, apiUrl: lenientPrism.url });
  strangerId = (await emulator.environment('acme').createUser()).id;
});

afterAll(async () => {
  await Promise.all([prism[Symbol.asyncDispose](), lenientPrism[Symbol.asyncDispose]()]);
  await emulator.stop();
});

const createEmail = (): string => `user${++count}@example.com`;
const createUserId = async (): Promise<string> => (await client.users.create({ email: createEmail(), password })).id;

async function signIn(): Promise<{ readonly userId: string; readonly sessionId: string }> {
  const email = createEmail();
  await client.users.create({ email, password });
  const response = await fetch(emulator.signInUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  return (await response.json()) as { userId: string; sessionId: string };
}

/** How to cause each documented status. */
const cases: Readonly<Record<string, () => Promise<unknown>>> = {
  'POST /users 201': () =>
    client.users.create({ email: createEmail(), password, name: null, dateOfBirth: '1815-12-10' }).withResponse(),
  'POST /users 400': () => client.users.create({ password: 'short' }),
  'POST /users 401': () => wrong.users.create({}),
  'POST /users 409': async () => {
    const email = createEmail();
    await client.users.create({ email });
    return client.users.create({ email });
  },
  'POST /users/search 200': async () => {
    const createdBefore = '2999-01-01T00:00:00Z';
    await createUserId();
    const { nextCursor } = await client.users.list({ limit: 1, name: null, email: '@', statuses: ['active'] });
    return client.users.list({ limit: 1, cursor: nextCursor, createdBefore }).withResponse();
  },
  'POST /users/search 401': () => wrong.users.list(),
  'GET /users/{userId} 200': async () => client.users.get(await createUserId()).withResponse(),
  'GET /users/{userId} 401': () => wrong.users.get(unknownId),
  'GET /users/{userId} 403': () => client.users.get(strangerId),
  'GET /users/{userId} 404': () => client.users.get(unknownId),
  'PATCH /users/{userId} 200': async () => {
    const id = await createUserId();
    await client.users.update(id, {});
    return client.users.update(id, { locale: null, phone: '+45', dateOfBirth: '1815-12-10' }).withResponse();
  },
  'PATCH /users/{userId} 400': async () => lenient.users.update(await createUserId(), { locale: 'fr' as 'en' }),
  'PATCH /users/{userId} 401': () => wrong.users.update(unknownId, {}),
  'PATCH /users/{userId} 403': () => client.users.update(strangerId, {}),
  'PATCH /users/{userId} 404': () => client.users.update(unknownId, {}),
  'DELETE /users/{userId} 204': async () => client.users.delete(await createUserId()).withResponse(),
  'DELETE /users/{userId} 401': () => wrong.users.delete(unknownId),
  'DELETE /users/{userId} 403': async () => {
    const id = await createUserId();
    await client.users.delete(id);
    return client.users.delete(id);
  },
  'DELETE /users/{userId} 404': () => client.users.delete(unknownId),
  'POST /users/{userId}/ban 200': async () => client.users.ban(await createUserId()).withResponse(),
  'POST /users/{userId}/ban 401': () => wrong.users.ban(unknownId),
  'POST /users/{userId}/ban 403': () => client.users.ban(strangerId),
  'POST /users/{userId}/ban 404': () => client.users.ban(unknownId),
  'POST /users/{userId}/unban 200': async () => client.users.unban(await createUserId()).withResponse(),
  'POST /users/{userId}/unban 401': () => wrong.users.unban(unknownId),
  'POST /users/{userId}/unban 403': () => client.users.unban(strangerId),
  'POST /users/{userId}/unban 404': () => client.users.unban(unknownId),
  'GET /users/{userId}/sessions 200': async () => client.sessions.listForUser((await signIn()).userId).withResponse(),
  'GET /users/{userId}/sessions 401': () => wrong.sessions.listForUser(unknownId),
  'GET /users/{userId}/sessions 403': () => client.sessions.listForUser(strangerId),
  'DELETE /users/{userId}/sessions 204': async () =>
    client.sessions.revokeAllForUser((await signIn()).userId).withResponse(),
  'DELETE /users/{userId}/sessions 401': () => wrong.sessions.revokeAllForUser(unknownId),
  'DELETE /users/{userId}/sessions 403': () => client.sessions.revokeAllForUser(strangerId),
  'DELETE /users/{userId}/sessions/{sessionId} 204': async () => {
    const { userId, sessionId } = await signIn();
    return client.sessions.revoke(userId, sessionId).withResponse();
  },
  'DELETE /users/{userId}/sessions/{sessionId} 401': () => wrong.sessions.revoke(unknownId, unknownId),
  'DELETE /users/{userId}/sessions/{sessionId} 403': () => client.sessions.revoke(strangerId, unknownId),
};

test('there is one case for every documented status of every operation', () => {
  expect(Object.keys(cases).sort()).toEqual(documented.toSorted());
});

test.each(documented)('request and response conform to the specification: %s', async (name) => {
  const outcome = await cases[name]?.().catch((error: ToriiApiError | ToriiConfigError) =>
    error instanceof ToriiConfigError ? error.cause : error,
  );
  expect(outcome).toMatchObject({ status: Number(name.split(' ').at(-1)) });
  // Prism reports a violation as a problem of this type: 422 for a request, 500 for a response.
  expect(outcome).not.toMatchObject({ problem: { type: expect.stringContaining('stoplight') } });
});

test.each([
  ['a request', () => client.request({ method: 'POST', path: '/api/server/v1/users', body: { email: 7 } }), 422],
  ['a path', () => client.request({ method: 'GET', path: '/api/server/v1/nowhere' }), 404],
])('Prism reports %s that is not in the specification', async (_name, call, status) => {
  await expect(call()).rejects.toMatchObject({ status, problem: { type: expect.stringContaining('stoplight') } });
});
