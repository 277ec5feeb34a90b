import { type ControlOperations, invalid, limitOf, refuseUnknown } from '../operation.ts';

// `as never`: the library validates these values.
export const organizationOperations: ControlOperations = {
  'GET /organizations': {
    does: 'organizations, newest first',
    example: '?name=acme&limit=20&cursor=…',
    members: [],
    handle: ({ environment }, request) => ({
      body: environment.organizations.list({
        limit: limitOf(request),
        after: request.query('cursor'),
        name: request.query('name'),
      }),
    }),
  },
  'POST /organizations': {
    does: 'creates an organization',
    example: '{ "name": "Acme", "slug": "acme", "members": [{ "userId": "…", "role": "org:administrator" }] }',
    members: ['createOrganization'],
    handle: async ({ library }, { fields }) => ({
      status: 201,
      body: await library.createOrganization(fields as never),
    }),
  },
  'GET /organizations/{id}': {
    does: 'one organization',
    members: [],
    handle: ({ environment }, { path }) => ({ body: environment.organizations.get(path('id')) }),
  },
  'GET /organizations/{id}/members': {
    does: 'the members of an organization, by user id',
    example: '?limit=20&cursor=…',
    members: [],
    handle: ({ environment }, request) => {
      const { id } = environment.organizations.get(request.path('id'));
      return {
        body: environment.organizations.membersOf(id, { limit: limitOf(request), after: request.query('cursor') }),
      };
    },
  },
  'POST /organizations/{id}/members': {
    does: 'adds a user to an organization',
    example: '{ "userId": "…", "role": "org:member" }',
    members: ['addMember'],
    handle: async ({ library }, { fields, path }) => ({
      status: 201,
      body: await library.addMember(path('id'), fields as never),
    }),
  },
  'PATCH /organizations/{id}/members/{userId}': {
    does: 'changes the role of a member',
    example: '{ "role": "org:administrator" }',
    members: ['setRole'],
    handle: async ({ library }, { fields: { role, ...unknown }, path }) => {
      refuseUnknown(unknown);
      if (typeof role !== 'string') throw invalid('role must be the key of a role, such as org:member.');
      return { body: await library.setRole(path('id'), path('userId'), role) };
    },
  },
  'DELETE /organizations/{id}/members/{userId}': {
    does: 'removes a user from an organization',
    members: ['removeMember'],
    handle: async ({ library }, { path }) => {
      await library.removeMember(path('id'), path('userId'));
      return { status: 204 };
    },
  },
  'GET /roles': {
    does: 'the roles that members can have',
    members: ['roles'],
    handle: ({ library }) => ({ body: { roles: library.roles } }),
  },
  'POST /roles': {
    does: 'adds a role',
    example: '{ "key": "org:editor", "name": "Editor" }',
    members: ['createRole'],
    handle: async ({ library }, { fields }) => ({ status: 201, body: await library.createRole(fields as never) }),
  },
};
