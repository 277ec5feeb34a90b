import type { Organizations } from '../organizations/organizations.ts';
import type { Users } from '../users/users.ts';
import type { ApiRequest } from './contract/read-request.ts';
import type { Handlers } from './handler.ts';
import { readTwoBags } from './metadata.ts';
import { readPage } from './page.ts';

type OrganizationOperation =
  | 'GET /organizations'
  | 'GET /organizations/{organizationId}'
  | 'PATCH /organizations/{organizationId}/metadata'
  | 'GET /organizations/{organizationId}/members'
  | 'PATCH /organizations/{organizationId}/members/{memberUserId}/metadata';

export function organizationHandlers(organizations: Organizations, users: Users): Handlers<OrganizationOperation> {
  return {
    'GET /organizations'(request) {
      return {
        status: 200,
        body: organizations.list({ ...readOrganizationPage(request, organizations), ...nameOf(request) }),
      };
    },
    'GET /organizations/{organizationId}'({ path }) {
      return { status: 200, body: organizations.get(path('organizationId')) };
    },
    'PATCH /organizations/{organizationId}/metadata'({ path, body }) {
      const id = organizations.get(path('organizationId')).id;
      return { status: 200, body: organizations.updateMetadata(id, readTwoBags(body)) };
    },
    'GET /organizations/{organizationId}/members'(request) {
      const { id } = organizations.get(request.path('organizationId'));
      const page = readPage(request, (userId) => users.has(userId));
      return { status: 200, body: organizations.membersOf(id, page) };
    },
    'PATCH /organizations/{organizationId}/members/{memberUserId}/metadata'({ path, body }) {
      const { organizationId, userId } = organizations.member(path('organizationId'), path('memberUserId'));
      return { status: 200, body: organizations.updateMemberMetadata(organizationId, userId, readTwoBags(body)) };
    },
  };
}

export function readOrganizationPage(request: ApiRequest, organizations: Organizations): ReturnType<typeof readPage> {
  return readPage(request, (id) => organizations.find(id) !== undefined);
}

function nameOf({ query }: ApiRequest): { readonly name?: string } {
  return query['name'] === undefined ? {} : { name: String(query['name']) };
}
