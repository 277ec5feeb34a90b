// A specification with shapes that Torii's does not have: nested collections, bodies with any fields, lists without
// pages.
import { readFileSync } from 'node:fs';
import { tenOperations } from './fixtures.ts';

type Json = { [key: string]: unknown };

/** Returns 26 operations: the ten of Torii's specification with other operation ids, and sixteen more. */
export function makeVariedSpec(): Json {
  const spec = renameSchemas(readFileSync(tenOperations, 'utf8'));
  const components = spec['components'] as Json;
  const schemas = components['schemas'] as Record<string, { properties: Json; required?: string[] }>;
  for (const field of ['phone', 'address', 'dateOfBirth']) delete schemas['ServerUserResponse']?.properties[field];
  Object.assign(schemas, newSchemas);
  Object.assign(components, { securitySchemes: { bearerAuth: { type: 'http', scheme: 'bearer' } } });
  Object.assign(spec['paths'] as Json, newPaths);
  let count = 0;
  for (const item of Object.values(spec['paths'] as Record<string, Record<string, Json>>)) {
    for (const operation of Object.values(item)) operation['operationId'] = `list_${++count}`;
  }
  return { ...spec, servers: [{ url: 'https://server.torii.example' }], security: [{ bearerAuth: [] }] };
}

function renameSchemas(text: string): Json {
  return JSON.parse(text.replaceAll('UserResponse', 'ServerUserResponse').replaceAll('UpdateUserRequest', 'UserPatch'));
}

const text = { type: 'string' };
const id = { type: 'string', format: 'uuid' };
const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json): Json => ({ content: { 'application/json': { schema } } });
const pathId = (name: string): Json => ({ name, in: 'path', required: true, schema: id });

function operation(description: string, answer: Json | undefined, more: Json = {}): Json {
  const good = answer === undefined ? { 204: { description } } : { 200: { description, ...json(answer) } };
  return { description, responses: { ...good, 404: { description: 'Not there.' } }, ...more };
}

const takes = (schema: Json): Json => ({ requestBody: { required: true, ...json(schema) } });

const newSchemas: Json = {
  OrganizationResponse: {
    type: 'object',
    description: 'An organization.',
    properties: { id, name: text, slug: { type: ['string', 'null'] } },
    required: ['id', 'name'],
  },
  OrganizationRequest: {
    type: 'object',
    properties: { name: text, slug: { type: ['string', 'null'] } },
    required: ['name'],
  },
  OrganizationPatch: { type: 'object', properties: { name: text, slug: { type: ['string', 'null'] } } },
  OrganizationPage: {
    type: 'object',
    properties: {
      items: { type: 'array', items: ref('OrganizationResponse') },
      nextCursor: { type: ['string', 'null'] },
      hasMore: { type: 'boolean' },
    },
    required: ['items', 'hasMore'],
  },
  InvitationResponse: { type: 'object', properties: { id, email: text }, required: ['id', 'email'] },
  InvitationRequest: {
    type: 'object',
    properties: { email: text, expiresAt: { type: 'string', format: 'date-time' } },
    required: ['email'],
  },
  Metadata: { type: 'object', additionalProperties: true },
  OriginResponse: { type: 'object', properties: { id, origin: text }, required: ['id', 'origin'] },
  OriginRequest: { type: 'object', properties: { origin: text }, required: ['origin'] },
  OriginsRequest: { type: 'object', properties: { origins: { type: 'array', items: text } }, required: ['origins'] },
};

const root = '/api/server/v1';
const invitations = { type: 'array', items: ref('InvitationResponse') };
const origins = { type: 'array', items: ref('OriginResponse') };
const cursorParameters = [
  { name: 'limit', in: 'query', schema: { type: 'integer', format: 'int32', default: 20 } },
  { name: 'cursor', in: 'query', schema: text },
];

const newPaths: Json = {
  [`${root}/organizations`]: {
    get: operation('Lists organizations.', ref('OrganizationPage'), { parameters: cursorParameters }),
    post: operation('Creates an organization.', ref('OrganizationResponse'), takes(ref('OrganizationRequest'))),
  },
  [`${root}/organizations/{organizationId}`]: {
    parameters: [pathId('organizationId')],
    get: operation('Gets an organization.', ref('OrganizationResponse')),
    patch: operation('Updates an organization.', ref('OrganizationResponse'), takes(ref('OrganizationPatch'))),
    delete: operation('Deletes an organization.', undefined),
  },
  [`${root}/organizations/{organizationId}/invitations`]: {
    parameters: [pathId('organizationId')],
    get: operation('Lists the invitations to an organization.', invitations),
    post: operation('Creates an invitation.', ref('InvitationResponse'), takes(ref('InvitationRequest'))),
  },
  [`${root}/organizations/{organizationId}/invitations/{invitationId}/revoke`]: {
    parameters: [pathId('organizationId'), pathId('invitationId')],
    post: operation('Revokes an invitation.', undefined),
  },
  [`${root}/organizations/{organizationId}/invitations/{invitationId}/resend`]: {
    parameters: [pathId('organizationId'), pathId('invitationId')],
    post: operation('Sends an invitation again.', ref('InvitationResponse')),
  },
  [`${root}/users/{userId}/impersonation-tokens`]: {
    parameters: [pathId('userId')],
    post: operation('Creates a token to act as the user.', { type: 'object', properties: { token: text } }),
  },
  [`${root}/users/{userId}/metadata`]: {
    parameters: [pathId('userId')],
    get: operation('Gets the metadata of a user.', ref('Metadata')),
    patch: operation('Updates the metadata of a user.', ref('Metadata'), takes(ref('Metadata'))),
  },
  [`${root}/allowed-origins`]: {
    get: operation('Lists the allowed origins.', origins),
    post: operation('Allows an origin.', ref('OriginResponse'), takes(ref('OriginRequest'))),
    put: operation('Replaces the allowed origins.', origins, takes(ref('OriginsRequest'))),
  },
  [`${root}/allowed-origins/{originId}`]: {
    parameters: [pathId('originId')],
    delete: operation('Deletes an allowed origin.', undefined),
  },
};
