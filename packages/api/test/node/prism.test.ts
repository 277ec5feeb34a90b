// Prism, a validating proxy for OpenAPI, runs between the client and the emulator. It checks requests and responses
// against the completed specification.
import { readFileSync } from 'node:fs';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { completeSpec } from '../../../../scripts/generate/complete-spec.ts';
import { tenOperations } from '../../../../scripts/test/fixtures.ts';
import type { JsonObject } from '../../../../spec/corrections.ts';
import { createToriiClient, type ToriiApiError, type ToriiClient, ToriiConfigError } from '../../src/index.ts';
import { type Prism, spec, startPrism } from './prism.ts';

type Operation = Readonly<{ responses: Readonly<Record<string, unknown>> }>;

/** The documented statuses of all operations: `GET /users/{} 200`. */
function statusesOf(document: JsonObject): readonly string[] {
  const paths = document['paths'] as unknown as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, { responses = {} }]) => {
      const short = path.replace('/api/server/v1', '').replaceAll(/\{[^}]*\}/g, '{}');
      return Object.keys(responses).map((status) => `${method.toUpperCase()} ${short} ${status}`);
    }),
  );
}

const documented = statusesOf(spec);

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
  const response = await fetch(emulator.loginUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  return (await response.json()) as { userId: string; sessionId: string };
}

/** Creates an organization with one member. */
async function createTeam(): Promise<{ readonly organizationId: string; readonly userId: string }> {
  const userId = await createUserId();
  const { id } = await emulator.createOrganization({ name: 'Acme', members: [{ userId, role: 'org:member' }] });
  return { organizationId: id, userId };
}

const createInvitation = async (): Promise<string> => (await client.invitations.create({ email: createEmail() })).id;

async function createRevokedInvitation(): Promise<string> {
  const id = await createInvitation();
  await client.invitations.revoke(id);
  return id;
}

async function impersonate(by = client, userId?: string, more: object = {}): Promise<unknown> {
  const params = { actorUserId: await createUserId(), reason: 'Support case 7', ...more };
  return by.users.createImpersonationToken(userId ?? (await createUserId()), params).withResponse();
}

/** Lets the API refuse the next request, as it does after too many invitations. */
async function limited(call: () => Promise<unknown>): Promise<unknown> {
  emulator.fail('api', { status: 429, times: 1, headers: { 'retry-after': '2' } });
  return call();
}

const bags = { publicMetadata: { plan: 'pro', none: null }, privateMetadata: { list: [1, { a: null }] } };
/** Each bag fits, but not together with the one that is stored. */
const half = (key: string) => ({ privateMetadata: { [key]: 'x'.repeat(5000) } });

async function overfill(update: (fields: ReturnType<typeof half>) => Promise<unknown>): Promise<unknown> {
  await update(half('a'));
  return update(half('b'));
}

/** How to cause each documented status. */
const cases: Readonly<Record<string, () => Promise<unknown>>> = {
  'POST /users 201': () => {
    const names = { firstName: 'Ada', lastName: null };
    return client.users.create({ email: createEmail(), password, ...names, ...bags }).withResponse();
  },
  'POST /users 400': () => client.users.create({ password: 'short' }),
  'POST /users 401': () => wrong.users.create({}),
  'POST /users 409': async () => {
    const email = createEmail();
    await client.users.create({ email });
    return client.users.create({ email });
  },
  'POST /users/search 200': async () => {
    const createdBefore = '2999-01-01T00:00:00Z';
    const { userId, organizationId } = await createTeam();
    const { nextCursor } = await client.users.list({ limit: 1, name: null, email: '@', statuses: ['active'] });
    await client.users.list({ userIds: [userId], emailAddresses: [], organizationId });
    return client.users.list({ limit: 1, cursor: nextCursor, createdBefore }).withResponse();
  },
  'POST /users/search 400': () => {
    const body = { userIds: Array.from({ length: 101 }, () => unknownId) };
    return lenient.request({ method: 'POST', path: '/api/server/v1/users/search', body });
  },
  'POST /users/search 401': () => wrong.users.list(),
  'GET /users/{} 200': async () => client.users.get(await createUserId()).withResponse(),
  'GET /users/{} 401': () => wrong.users.get(unknownId),
  'GET /users/{} 403': () => client.users.get(strangerId),
  'GET /users/{} 404': () => client.users.get(unknownId),
  'PATCH /users/{} 200': async () => {
    const id = await createUserId();
    await client.users.update(id, {});
    const fields = { firstName: 'Ada', lastName: null, locale: null, unsafeMetadata: { theme: 'dark' } };
    return client.users.update(id, fields).withResponse();
  },
  'PATCH /users/{} 400': async () => lenient.users.update(await createUserId(), { locale: 'tlh' as 'en' }),
  'PATCH /users/{} 401': () => wrong.users.update(unknownId, {}),
  'PATCH /users/{} 403': () => client.users.update(strangerId, {}),
  'PATCH /users/{} 404': () => client.users.update(unknownId, {}),
  'DELETE /users/{} 204': async () => client.users.delete(await createUserId()).withResponse(),
  'DELETE /users/{} 401': () => wrong.users.delete(unknownId),
  'DELETE /users/{} 403': async () => {
    const id = await createUserId();
    await client.users.delete(id);
    return client.users.delete(id);
  },
  'DELETE /users/{} 404': () => client.users.delete(unknownId),
  'POST /users/{}/ban 200': async () => client.users.ban(await createUserId()).withResponse(),
  'POST /users/{}/ban 401': () => wrong.users.ban(unknownId),
  'POST /users/{}/ban 403': () => client.users.ban(strangerId),
  'POST /users/{}/ban 404': () => client.users.ban(unknownId),
  'POST /users/{}/unban 200': async () => client.users.unban(await createUserId()).withResponse(),
  'POST /users/{}/unban 401': () => wrong.users.unban(unknownId),
  'POST /users/{}/unban 403': () => client.users.unban(strangerId),
  'POST /users/{}/unban 404': () => client.users.unban(unknownId),
  'GET /users/{}/sessions 200': async () => client.sessions.listForUser((await signIn()).userId).withResponse(),
  'GET /users/{}/sessions 401': () => wrong.sessions.listForUser(unknownId),
  'GET /users/{}/sessions 403': () => client.sessions.listForUser(strangerId),
  'DELETE /users/{}/sessions 204': async () => client.sessions.revokeAllForUser((await signIn()).userId).withResponse(),
  'DELETE /users/{}/sessions 401': () => wrong.sessions.revokeAllForUser(unknownId),
  'DELETE /users/{}/sessions 403': () => client.sessions.revokeAllForUser(strangerId),
  'DELETE /users/{}/sessions/{} 204': async () => {
    const { userId, sessionId } = await signIn();
    return client.sessions.revoke(userId, sessionId).withResponse();
  },
  'DELETE /users/{}/sessions/{} 401': () => wrong.sessions.revoke(unknownId, unknownId),
  'DELETE /users/{}/sessions/{} 403': () => client.sessions.revoke(strangerId, unknownId),
  'PATCH /users/{}/metadata 200': async () =>
    client.users.updateMetadata(await createUserId(), { ...bags, unsafeMetadata: {} }).withResponse(),
  'PATCH /users/{}/metadata 400': async () => {
    const id = await createUserId();
    return overfill((fields) => client.users.updateMetadata(id, fields));
  },
  'PATCH /users/{}/metadata 401': () => wrong.users.updateMetadata(unknownId, bags),
  'PATCH /users/{}/metadata 403': () => client.users.updateMetadata(strangerId, bags),
  'PATCH /users/{}/metadata 404': () => client.users.updateMetadata(unknownId, bags),
  'POST /users/{}/impersonation-token 200': () => impersonate(),
  'POST /users/{}/impersonation-token 400': () =>
    impersonate(client, undefined, { redirectUrl: 'https://elsewhere.example.com', expiresInSeconds: 60 }),
  'POST /users/{}/impersonation-token 401': () => impersonate(wrong),
  'POST /users/{}/impersonation-token 402': async () => {
    await emulator.setImpersonation('quota_exceeded');
    return impersonate().finally(() => emulator.setImpersonation('enabled'));
  },
  'POST /users/{}/impersonation-token 403': () => impersonate(client, strangerId),
  'GET /users/{}/organizations 200': async () =>
    client.users.listOrganizations((await createTeam()).userId, { limit: 1 }).withResponse(),
  'GET /users/{}/organizations 401': () => wrong.users.listOrganizations(unknownId),
  'GET /users/{}/organizations 403': () => client.users.listOrganizations(strangerId),
  'GET /organizations 200': async () => {
    await createTeam();
    return client.organizations.list({ limit: 1, name: 'acme' }).withResponse();
  },
  'GET /organizations 401': () => wrong.organizations.list(),
  'GET /organizations/{} 200': async () => client.organizations.get((await createTeam()).organizationId).withResponse(),
  'GET /organizations/{} 401': () => wrong.organizations.get(unknownId),
  'GET /organizations/{} 404': () => client.organizations.get(unknownId),
  'PATCH /organizations/{}/metadata 200': async () =>
    client.organizations.updateMetadata((await createTeam()).organizationId, bags).withResponse(),
  'PATCH /organizations/{}/metadata 400': async () => {
    const { organizationId } = await createTeam();
    return overfill((fields) => client.organizations.updateMetadata(organizationId, fields));
  },
  'PATCH /organizations/{}/metadata 401': () => wrong.organizations.updateMetadata(unknownId, bags),
  'PATCH /organizations/{}/metadata 404': () => client.organizations.updateMetadata(unknownId, bags),
  'GET /organizations/{}/members 200': async () =>
    client.organizations.listMembers((await createTeam()).organizationId, { limit: 1 }).withResponse(),
  'GET /organizations/{}/members 401': () => wrong.organizations.listMembers(unknownId),
  'GET /organizations/{}/members 404': () => client.organizations.listMembers(unknownId),
  'PATCH /organizations/{}/members/{}/metadata 200': async () => {
    const { organizationId, userId } = await createTeam();
    return client.organizations.updateMemberMetadata(organizationId, userId, bags).withResponse();
  },
  'PATCH /organizations/{}/members/{}/metadata 400': async () => {
    const { organizationId, userId } = await createTeam();
    return overfill((fields) => client.organizations.updateMemberMetadata(organizationId, userId, fields));
  },
  'PATCH /organizations/{}/members/{}/metadata 401': () =>
    wrong.organizations.updateMemberMetadata(unknownId, unknownId, bags),
  'PATCH /organizations/{}/members/{}/metadata 404': async () =>
    client.organizations.updateMemberMetadata((await createTeam()).organizationId, unknownId, bags),
  'GET /invitations 200': async () => {
    await createInvitation();
    return client.invitations.list({ limit: 1, status: ['PENDING', 'REVOKED'], search: '@' }).withResponse();
  },
  'GET /invitations 401': () => wrong.invitations.list(),
  'POST /invitations 201': () => client.invitations.create({ email: createEmail() }).withResponse(),
  'POST /invitations 400': () => client.invitations.create({ email: 'nobody' }),
  'POST /invitations 401': () => wrong.invitations.create({ email: createEmail() }),
  'POST /invitations 409': async () => {
    const email = createEmail();
    await client.users.create({ email });
    return client.invitations.create({ email });
  },
  'POST /invitations 429': () => limited(() => client.invitations.create({ email: createEmail() })),
  'GET /invitations/{} 200': async () => client.invitations.get(await createInvitation()).withResponse(),
  'GET /invitations/{} 401': () => wrong.invitations.get(unknownId),
  'GET /invitations/{} 404': () => client.invitations.get(unknownId),
  'PATCH /invitations/{} 200': async () =>
    client.invitations.updateMetadata(await createInvitation(), bags).withResponse(),
  'PATCH /invitations/{} 400': async () => {
    const id = await createInvitation();
    return overfill((fields) => client.invitations.updateMetadata(id, fields));
  },
  'PATCH /invitations/{} 401': () => wrong.invitations.updateMetadata(unknownId, bags),
  'PATCH /invitations/{} 404': () => client.invitations.updateMetadata(unknownId, bags),
  'PATCH /invitations/{} 409': async () => client.invitations.updateMetadata(await createRevokedInvitation(), bags),
  'DELETE /invitations/{} 200': async () => client.invitations.revoke(await createInvitation()).withResponse(),
  'DELETE /invitations/{} 401': () => wrong.invitations.revoke(unknownId),
  'DELETE /invitations/{} 404': () => client.invitations.revoke(unknownId),
  'POST /invitations/{}/resend 200': async () => client.invitations.resend(await createInvitation()).withResponse(),
  'POST /invitations/{}/resend 401': () => wrong.invitations.resend(unknownId),
  'POST /invitations/{}/resend 404': () => client.invitations.resend(unknownId),
  'POST /invitations/{}/resend 409': async () => client.invitations.resend(await createRevokedInvitation()),
  'POST /invitations/{}/resend 429': async () => {
    const id = await createInvitation();
    return limited(() => client.invitations.resend(id));
  },
  'GET /allowed-origins 200': () => client.allowedOrigins.get().withResponse(),
  'GET /allowed-origins 401': () => wrong.allowedOrigins.get(),
  'PUT /allowed-origins 200': () =>
    client.allowedOrigins.replace({ origins: ['https://app.example.com', 'capacitor://localhost'] }).withResponse(),
  'PUT /allowed-origins 400': () => client.allowedOrigins.replace({ origins: ['https://app.example.com/path'] }),
  'PUT /allowed-origins 401': () => wrong.allowedOrigins.replace({ origins: [] }),
};

// Judged by a copy of the published file with the additions: a newer file may document more.
test('there is one case for every documented status of every operation', () => {
  const published: JsonObject = JSON.parse(readFileSync(tenOperations, 'utf8'));
  expect(Object.keys(cases).sort()).toEqual(statusesOf(completeSpec(published)).toSorted());
});

test('lists the statuses that the specification documents and no case causes', () => {
  const uncovered = documented.filter((name) => cases[name] === undefined);
  if (uncovered.length > 0) console.log(`Documented, but not covered by a case: ${uncovered.join(', ')}`);
  expect(documented.length).toBeGreaterThan(uncovered.length);
});

test.each(documented.filter((name) => cases[name] !== undefined))(
  'request and response conform to the specification: %s',
  async (name) => {
    const outcome = await cases[name]?.().catch((error: ToriiApiError | ToriiConfigError) =>
      error instanceof ToriiConfigError ? error.cause : error,
    );
    expect(outcome).toMatchObject({ status: Number(name.split(' ').at(-1)) });
    // Prism reports a violation as a problem of this type: 422 for a request, 500 for a response.
    expect(outcome).not.toMatchObject({ problem: { type: expect.stringContaining('stoplight') } });
  },
);

test.each([
  ['a request', () => client.request({ method: 'POST', path: '/api/server/v1/users', body: { email: 7 } }), 422],
  ['a path', () => client.request({ method: 'GET', path: '/api/server/v1/nowhere' }), 404],
])('Prism reports %s that is not in the specification', async (_name, call, status) => {
  await expect(call()).rejects.toMatchObject({ status, problem: { type: expect.stringContaining('stoplight') } });
});
