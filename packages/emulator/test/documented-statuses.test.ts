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
    firstName: 'Augusta',
    lastName: 'King',
    ...bags,
    unsafeMetadata: { theme: 'dark' },
  });
  const { body } = await signIn<{ sessionId: string }>(torii, { email, password });
  return { userId: id, sessionId: body.sessionId };
}
const stranger = async () => (await acme.createUser()).id;

const bags = { publicMetadata: { plan: 'pro' }, privateMetadata: { customer: { id: 'c1' } } };
const oversized = { publicMetadata: { text: 'x'.repeat(8192) } };

/** Creates an organization with values in all fields and with a member. */
async function company(): Promise<{ readonly organizationId: string; readonly userId: string }> {
  const { userId } = await settler();
  const { id } = await torii.createOrganization({
    name: 'Acme',
    slug: `acme-${++count}`,
    ...bags,
    members: [{ userId, role: 'org:administrator', ...bags }],
  });
  return { organizationId: id, userId };
}
const foreignCompany = async () => (await acme.createOrganization({ name: 'Globex' })).id;

async function invite(): Promise<string> {
  const { body } = await callApi<{ readonly id: string }>(torii, 'POST', '/invitations', {
    email: createEmail(),
    ...bags,
  });
  return body.id;
}

async function revokedInvitation(): Promise<string> {
  const id = await invite();
  await call('DELETE', `/invitations/${id}`);
  return id;
}

async function impersonate(userId: string, more: object = {}): Promise<Answer> {
  const { userId: actorUserId } = await settler();
  return call('POST', `/users/${userId}/impersonation-token`, { actorUserId, reason: 'Support', ...more });
}

/** The emulator has no quota for mails: a test that needs a 429 asks for it. */
async function floodWith(request: () => Promise<Answer>): Promise<Answer> {
  torii.fail('api', { status: 429, headers: { 'retry-after': '60' }, times: 1 });
  return request();
}

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
  'POST /users/search 400': () =>
    call('POST', '/users/search', { userIds: Array.from({ length: 101 }, () => unknownId) }),
  'PATCH /users/{userId}/metadata 200': async () => call('PATCH', `/users/${(await settler()).userId}/metadata`, bags),
  'PATCH /users/{userId}/metadata 400': async () =>
    call('PATCH', `/users/${(await settler()).userId}/metadata`, oversized),
  'PATCH /users/{userId}/metadata 401': () => callUnauthorized('PATCH', `/users/${unknownId}/metadata`, {}),
  'PATCH /users/{userId}/metadata 403': async () => call('PATCH', `/users/${await stranger()}/metadata`, bags),
  'PATCH /users/{userId}/metadata 404': () => call('PATCH', `/users/${unknownId}/metadata`, bags),
  'POST /users/{userId}/impersonation-token 200': async () => {
    await call('PUT', '/allowed-origins', { origins: ['https://app.example.com'] });
    return impersonate((await settler()).userId, { redirectUrl: 'https://app.example.com/in', expiresInSeconds: 60 });
  },
  'POST /users/{userId}/impersonation-token 400': async () => {
    const { userId } = await settler();
    await call('DELETE', `/users/${userId}`);
    return impersonate(userId);
  },
  'POST /users/{userId}/impersonation-token 401': () =>
    callUnauthorized('POST', `/users/${unknownId}/impersonation-token`, {}),
  'POST /users/{userId}/impersonation-token 402': async () => {
    await torii.setImpersonation('quota_exceeded');
    const answer = await impersonate((await settler()).userId);
    await torii.setImpersonation('enabled');
    return answer;
  },
  'POST /users/{userId}/impersonation-token 403': async () => impersonate(await stranger()),
  'GET /users/{userId}/organizations 200': async () => call('GET', `/users/${(await company()).userId}/organizations`),
  'GET /users/{userId}/organizations 401': () => callUnauthorized('GET', `/users/${unknownId}/organizations`),
  'GET /users/{userId}/organizations 403': () => call('GET', `/users/${unknownId}/organizations`),
  'GET /organizations 200': async () => {
    await company();
    await company();
    return call('GET', '/organizations?limit=1&name=CM');
  },
  'GET /organizations 401': () => callUnauthorized('GET', '/organizations'),
  'GET /organizations/{organizationId} 200': async () =>
    call('GET', `/organizations/${(await company()).organizationId}`),
  'GET /organizations/{organizationId} 401': () => callUnauthorized('GET', `/organizations/${unknownId}`),
  'GET /organizations/{organizationId} 404': async () => call('GET', `/organizations/${await foreignCompany()}`),
  'PATCH /organizations/{organizationId}/metadata 200': async () =>
    call('PATCH', `/organizations/${(await company()).organizationId}/metadata`, bags),
  'PATCH /organizations/{organizationId}/metadata 400': async () =>
    call('PATCH', `/organizations/${(await company()).organizationId}/metadata`, oversized),
  'PATCH /organizations/{organizationId}/metadata 401': () =>
    callUnauthorized('PATCH', `/organizations/${unknownId}/metadata`, bags),
  'PATCH /organizations/{organizationId}/metadata 404': async () =>
    call('PATCH', `/organizations/${await foreignCompany()}/metadata`, bags),
  'GET /organizations/{organizationId}/members 200': async () =>
    call('GET', `/organizations/${(await company()).organizationId}/members`),
  'GET /organizations/{organizationId}/members 401': () =>
    callUnauthorized('GET', `/organizations/${unknownId}/members`),
  'GET /organizations/{organizationId}/members 404': async () =>
    call('GET', `/organizations/${await foreignCompany()}/members`),
  'PATCH /organizations/{organizationId}/members/{memberUserId}/metadata 200': async () => {
    const { organizationId, userId } = await company();
    return call('PATCH', `/organizations/${organizationId}/members/${userId}/metadata`, bags);
  },
  'PATCH /organizations/{organizationId}/members/{memberUserId}/metadata 400': async () => {
    const { organizationId, userId } = await company();
    return call('PATCH', `/organizations/${organizationId}/members/${userId}/metadata`, {});
  },
  'PATCH /organizations/{organizationId}/members/{memberUserId}/metadata 401': () =>
    callUnauthorized('PATCH', `/organizations/${unknownId}/members/${unknownId}/metadata`, bags),
  'PATCH /organizations/{organizationId}/members/{memberUserId}/metadata 404': async () =>
    call('PATCH', `/organizations/${(await company()).organizationId}/members/${unknownId}/metadata`, bags),
  'GET /invitations 200': async () => {
    await invite();
    await invite();
    return call('GET', '/invitations?limit=1&status=PENDING&status=EXPIRED&search=EXAMPLE');
  },
  'GET /invitations 401': () => callUnauthorized('GET', '/invitations'),
  'POST /invitations 201': () => call('POST', '/invitations', { email: createEmail(), expiresInDays: 3, ...bags }),
  'POST /invitations 400': () => call('POST', '/invitations', { email: 'nonsense' }),
  'POST /invitations 401': () => callUnauthorized('POST', '/invitations', {}),
  'POST /invitations 409': async () => {
    const email = createEmail();
    await torii.createUser({ email });
    return call('POST', '/invitations', { email });
  },
  'POST /invitations 429': () => floodWith(() => call('POST', '/invitations', { email: createEmail() })),
  'GET /invitations/{invitationId} 200': async () => call('GET', `/invitations/${await invite()}`),
  'GET /invitations/{invitationId} 401': () => callUnauthorized('GET', `/invitations/${unknownId}`),
  'GET /invitations/{invitationId} 404': () => call('GET', `/invitations/${unknownId}`),
  'PATCH /invitations/{invitationId} 200': async () => call('PATCH', `/invitations/${await invite()}`, bags),
  'PATCH /invitations/{invitationId} 400': async () => call('PATCH', `/invitations/${await invite()}`, oversized),
  'PATCH /invitations/{invitationId} 401': () => callUnauthorized('PATCH', `/invitations/${unknownId}`, bags),
  'PATCH /invitations/{invitationId} 404': () => call('PATCH', `/invitations/${unknownId}`, bags),
  'PATCH /invitations/{invitationId} 409': async () => call('PATCH', `/invitations/${await revokedInvitation()}`, bags),
  'DELETE /invitations/{invitationId} 200': async () => call('DELETE', `/invitations/${await invite()}`),
  'DELETE /invitations/{invitationId} 401': () => callUnauthorized('DELETE', `/invitations/${unknownId}`),
  'DELETE /invitations/{invitationId} 404': () => call('DELETE', `/invitations/${unknownId}`),
  'POST /invitations/{invitationId}/resend 200': async () => call('POST', `/invitations/${await invite()}/resend`),
  'POST /invitations/{invitationId}/resend 401': () => callUnauthorized('POST', `/invitations/${unknownId}/resend`),
  'POST /invitations/{invitationId}/resend 404': () => call('POST', `/invitations/${unknownId}/resend`),
  'POST /invitations/{invitationId}/resend 409': async () =>
    call('POST', `/invitations/${await revokedInvitation()}/resend`),
  'POST /invitations/{invitationId}/resend 429': async () => {
    const id = await invite();
    return floodWith(() => call('POST', `/invitations/${id}/resend`));
  },
  'GET /allowed-origins 200': () => call('GET', '/allowed-origins'),
  'GET /allowed-origins 401': () => callUnauthorized('GET', '/allowed-origins'),
  'PUT /allowed-origins 200': () =>
    call('PUT', '/allowed-origins', { origins: ['https://app.example.com', 'capacitor://localhost'] }),
  'PUT /allowed-origins 400': () => call('PUT', '/allowed-origins', { origins: ['https://app.example.com/path'] }),
  'PUT /allowed-origins 401': () => callUnauthorized('PUT', '/allowed-origins', { origins: [] }),
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
