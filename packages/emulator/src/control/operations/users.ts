import { storing } from '../../database/storage-errors.ts';
import { editUserFields, parseUser } from '../../users/input.ts';
import { userNamed } from '../named-user.ts';
import { type ControlOperations, limitOf, refuseUnknown } from '../operation.ts';

export const userOperations: ControlOperations = {
  'GET /users': {
    does: 'users, newest first',
    example: '?email=ada&limit=20&cursor=…',
    members: [],
    handle: ({ environment }, request) => ({
      body: environment.users.search({
        limit: limitOf(request),
        after: request.query('cursor'),
        email: request.query('email'),
      }),
    }),
  },
  'POST /users': {
    does: 'creates a user, with the fields of `createUser`',
    example: '{ "email": "ada@example.com", "password": "correct horse" }',
    members: ['createUser'],
    handle: async ({ library }, { fields }) => ({ status: 201, body: await library.createUser(fields) }),
  },
  'POST /seed': {
    does: 'creates the users, roles and organizations that do not exist yet',
    example: '{ "users": [{ "email": "ada@example.com" }] }',
    members: ['seed'],
    // The library validates the seed itself.
    handle: async ({ library }, { fields }) => ({ body: await library.seed(fields) }),
  },
  'GET /users/{user}': {
    does: 'one user, by id or email',
    members: [],
    handle: ({ environment }, request) => ({ body: userNamed(environment, request.path('user')) }),
  },
  'PATCH /users/{user}': {
    does: 'changes fields of a user: those of `createUser` except `status`. `null` removes a value, and metadata replaces the stored one',
    example: '{ "emailVerified": false, "publicMetadata": { "plan": "pro" } }',
    members: [],
    handle: async ({ environment }, { fields, path }) => {
      const { id } = userNamed(environment, path('user'));
      const input = parseUser(fields, editUserFields);
      return { body: await storing(() => environment.users.edit(id, input)) };
    },
  },
  'DELETE /users/{user}': {
    does: 'deletes a user',
    members: [],
    handle: ({ environment }, request) => {
      environment.users.delete(userNamed(environment, request.path('user')).id);
      return { status: 204 };
    },
  },
  'POST /users/{user}/ban': {
    does: 'bans a user',
    example: '{}',
    members: [],
    handle: ({ environment }, request) => {
      refuseUnknown(request.fields);
      return { body: environment.users.ban(userNamed(environment, request.path('user')).id) };
    },
  },
  'POST /users/{user}/unban': {
    does: 'lifts a ban',
    example: '{}',
    members: [],
    handle: ({ environment }, request) => {
      refuseUnknown(request.fields);
      return { body: environment.users.unban(userNamed(environment, request.path('user')).id) };
    },
  },
};
