import type { RequestOptions, ToriiClient } from '../src/index.ts';
import { ok, page } from './scripted-api.ts';

/** An operation of the API: how to call it, what the call sends, and what the API answers. */
export interface OperationCase {
  /** The method of the client. */
  readonly name: string;
  /** The HTTP method and the path that the call sends, below `/api/server/v1`. */
  readonly line: string;
  readonly body?: unknown;
  readonly call: (client: ToriiClient, options?: RequestOptions) => PromiseLike<unknown>;
  readonly answer: () => Response;
  /** Whether carrying it out twice has the same effect as carrying it out once. */
  readonly isRepeatable: boolean;
  /** Fields that the answer has in every version of the API. None for an answer without a body. */
  readonly fields: readonly string[];
}

const at = '2026-05-16T09:30:00Z';
const bags = { publicMetadata: {}, privateMetadata: {} };
const organization = { id: 'o1', name: 'Acme', createdAt: at, ...bags };
const member = { organizationId: 'o1', userId: 'ada', role: 'org:member', joinedAt: at, ...bags };
const invitation = { id: 'i1', environmentId: 'e1', email: 'bo@example.com', status: 'PENDING', createdAt: at };
const token = { token: 'secret-of-an-impersonation', expiresInSeconds: 600, url: null };
const origins = { origins: ['https://app.example.com'] };
const actor = { actorUserId: 'grace', reason: 'Support case 7' };

const userFields = [
  'id',
  'environmentId',
  'status',
  'email',
  'locale',
  'publicMetadata',
  'privateMetadata',
  'firstName',
];
const pageFields = ['items', 'nextCursor', 'hasMore'];
const organizationFields = ['id', 'name', 'slug', 'publicMetadata', 'privateMetadata'];
const memberFields = ['organizationId', 'userId', 'role', 'publicMetadata', 'privateMetadata'];
const invitationFields = ['id', 'email', 'status', 'expiresAt'];

const user = () => ok();
const empty = () => new Response(null, { status: 204 });
const emptyPage = () => page([], null);

/** All 26 operations. */
export const operations: readonly OperationCase[] = [
  {
    name: 'users.create',
    line: 'POST /users',
    body: { email: 'ada@example.com' },
    call: ({ users }, options) => users.create({ email: 'ada@example.com' }, options),
    answer: user,
    isRepeatable: false,
    fields: userFields,
  },
  {
    name: 'users.list',
    line: 'POST /users/search',
    body: {},
    call: ({ users }, options) => users.list({}, options),
    answer: emptyPage,
    isRepeatable: true,
    fields: pageFields,
  },
  {
    name: 'users.get',
    line: 'GET /users/ada',
    call: ({ users }, options) => users.get('ada', options),
    answer: user,
    isRepeatable: true,
    fields: userFields,
  },
  {
    name: 'users.update',
    line: 'PATCH /users/ada',
    body: { firstName: 'Ada' },
    call: ({ users }, options) => users.update('ada', { firstName: 'Ada' }, options),
    answer: user,
    isRepeatable: true,
    fields: userFields,
  },
  {
    name: 'users.updateMetadata',
    line: 'PATCH /users/ada/metadata',
    body: { publicMetadata: { plan: null } },
    call: ({ users }, options) => users.updateMetadata('ada', { publicMetadata: { plan: null } }, options),
    answer: user,
    isRepeatable: true,
    fields: userFields,
  },
  {
    name: 'users.delete',
    line: 'DELETE /users/ada',
    call: ({ users }, options) => users.delete('ada', options),
    answer: empty,
    isRepeatable: true,
    fields: [],
  },
  {
    name: 'users.ban',
    line: 'POST /users/ada/ban',
    call: ({ users }, options) => users.ban('ada', options),
    answer: user,
    isRepeatable: true,
    fields: userFields,
  },
  {
    name: 'users.unban',
    line: 'POST /users/ada/unban',
    call: ({ users }, options) => users.unban('ada', options),
    answer: user,
    isRepeatable: true,
    fields: userFields,
  },
  {
    name: 'users.createImpersonationToken',
    line: 'POST /users/ada/impersonation-token',
    body: actor,
    call: ({ users }, options) => users.createImpersonationToken('ada', actor, options),
    answer: () => ok(token),
    isRepeatable: false,
    fields: ['token', 'expiresInSeconds', 'url'],
  },
  {
    name: 'users.listOrganizations',
    line: 'GET /users/ada/organizations',
    call: ({ users }, options) => users.listOrganizations('ada', {}, options),
    answer: emptyPage,
    isRepeatable: true,
    fields: pageFields,
  },
  {
    name: 'sessions.listForUser',
    line: 'GET /users/ada/sessions',
    call: ({ sessions }, options) => sessions.listForUser('ada', options),
    answer: () => ok([]),
    isRepeatable: true,
    fields: ['length', '0'],
  },
  {
    name: 'sessions.revokeAllForUser',
    line: 'DELETE /users/ada/sessions',
    call: ({ sessions }, options) => sessions.revokeAllForUser('ada', options),
    answer: empty,
    isRepeatable: true,
    fields: [],
  },
  {
    name: 'sessions.revoke',
    line: 'DELETE /users/ada/sessions/s1',
    call: ({ sessions }, options) => sessions.revoke('ada', 's1', options),
    answer: empty,
    isRepeatable: true,
    fields: [],
  },
  {
    name: 'organizations.list',
    line: 'GET /organizations?name=acme',
    call: ({ organizations }, options) => organizations.list({ name: 'acme' }, options),
    answer: emptyPage,
    isRepeatable: true,
    fields: pageFields,
  },
  {
    name: 'organizations.get',
    line: 'GET /organizations/o1',
    call: ({ organizations }, options) => organizations.get('o1', options),
    answer: () => ok(organization),
    isRepeatable: true,
    fields: organizationFields,
  },
  {
    name: 'organizations.updateMetadata',
    line: 'PATCH /organizations/o1/metadata',
    body: { privateMetadata: { seats: 3 } },
    call: ({ organizations }, options) =>
      organizations.updateMetadata('o1', { privateMetadata: { seats: 3 } }, options),
    answer: () => ok(organization),
    isRepeatable: true,
    fields: organizationFields,
  },
  {
    name: 'organizations.listMembers',
    line: 'GET /organizations/o1/members?limit=10',
    call: ({ organizations }, options) => organizations.listMembers('o1', { limit: 10 }, options),
    answer: emptyPage,
    isRepeatable: true,
    fields: pageFields,
  },
  {
    name: 'organizations.updateMemberMetadata',
    line: 'PATCH /organizations/o1/members/ada/metadata',
    body: { publicMetadata: { title: 'Head' } },
    call: ({ organizations }, options) =>
      organizations.updateMemberMetadata('o1', 'ada', { publicMetadata: { title: 'Head' } }, options),
    answer: () => ok(member),
    isRepeatable: true,
    fields: memberFields,
  },
  {
    name: 'invitations.list',
    line: 'GET /invitations?status=PENDING&status=EXPIRED&search=bo',
    call: ({ invitations }, options) => invitations.list({ status: ['PENDING', 'EXPIRED'], search: 'bo' }, options),
    answer: emptyPage,
    isRepeatable: true,
    fields: pageFields,
  },
  {
    name: 'invitations.create',
    line: 'POST /invitations',
    body: { email: 'bo@example.com', publicMetadata: {}, privateMetadata: {} },
    call: ({ invitations }, options) => invitations.create({ email: 'bo@example.com' }, options),
    answer: () => Response.json(invitation, { status: 201 }),
    isRepeatable: false,
    fields: invitationFields,
  },
  {
    name: 'invitations.get',
    line: 'GET /invitations/i1',
    call: ({ invitations }, options) => invitations.get('i1', options),
    answer: () => ok({ ...invitation, ...bags }),
    isRepeatable: true,
    fields: [...invitationFields, 'publicMetadata', 'privateMetadata'],
  },
  {
    name: 'invitations.updateMetadata',
    line: 'PATCH /invitations/i1',
    body: { publicMetadata: { plan: 'pro' } },
    call: ({ invitations }, options) => invitations.updateMetadata('i1', { publicMetadata: { plan: 'pro' } }, options),
    answer: () => ok({ ...invitation, ...bags }),
    isRepeatable: true,
    fields: [...invitationFields, 'publicMetadata', 'privateMetadata'],
  },
  {
    name: 'invitations.revoke',
    line: 'DELETE /invitations/i1',
    call: ({ invitations }, options) => invitations.revoke('i1', options),
    answer: () => new Response('', { status: 200 }),
    isRepeatable: true,
    fields: [],
  },
  {
    name: 'invitations.resend',
    line: 'POST /invitations/i1/resend',
    call: ({ invitations }, options) => invitations.resend('i1', options),
    answer: () => ok(invitation),
    isRepeatable: false,
    fields: invitationFields,
  },
  {
    name: 'allowedOrigins.get',
    line: 'GET /allowed-origins',
    call: ({ allowedOrigins }, options) => allowedOrigins.get(options),
    answer: () => ok(origins),
    isRepeatable: true,
    fields: ['origins'],
  },
  {
    name: 'allowedOrigins.replace',
    line: 'PUT /allowed-origins',
    body: origins,
    call: ({ allowedOrigins }, options) => allowedOrigins.replace(origins, options),
    answer: () => ok(origins),
    isRepeatable: true,
    fields: ['origins'],
  },
];
