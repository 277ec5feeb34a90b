import {
  type Additions,
  bagPatch,
  body,
  id,
  json,
  named,
  optionalId,
  optionalText,
  pageOf,
  pageParameters,
  problem,
  responseOf,
  sameAs,
  time,
  twoBags,
  unauthorized,
} from './addition.ts';

const organization = responseOf('GET', '/organizations/{organizationId}');
const member = responseOf('GET', '/organizations/{organizationId}/members');
const unknown = problem('No organization of this environment has this id.');

export const organizations: Additions = {
  file: 'organizations.ts',
  tag: { name: 'Organizations', description: 'The organizations of your environment, and their members.' },
  operations: [
    {
      method: 'GET',
      path: '/organizations',
      operation: {
        description: 'Lists the organizations of the environment.',
        parameters: [
          ...pageParameters,
          {
            name: 'name',
            in: 'query',
            description: 'Only organizations whose name contains this text, in any case.',
            required: false,
            schema: { type: 'string' },
          },
        ],
        responses: { 200: json(pageOf(sameAs(organization)), 'A page of organizations.'), 401: unauthorized },
      },
    },
    {
      method: 'GET',
      path: '/organizations/{organizationId}',
      operation: {
        description: 'Returns one organization.',
        responses: {
          200: json(
            named('Organization', {
              type: 'object',
              description: 'A customer of your app with several users, such as a company.',
              properties: {
                id,
                name: { type: 'string', description: 'The name for people.' },
                slug: { ...optionalText, description: 'The name for URLs.' },
                roleSetId: { ...optionalId, description: 'The set of roles that its members can have.' },
                ...twoBags('organization'),
                createdAt: time,
              },
              required: ['id', 'name', 'publicMetadata', 'privateMetadata', 'createdAt'],
            }),
            'The organization.',
          ),
          401: unauthorized,
          404: unknown,
        },
      },
    },
    {
      method: 'PATCH',
      path: '/organizations/{organizationId}/metadata',
      operation: {
        description: 'Merges metadata into that of an organization. A key that is null is removed.',
        requestBody: body(bagPatch('organization')),
        responses: {
          200: json(sameAs(organization), 'The organization with the merged metadata.'),
          400: problem('A merged bag is larger than 8 KB, or no bag was given.'),
          401: unauthorized,
          404: unknown,
        },
      },
    },
    {
      method: 'GET',
      path: '/organizations/{organizationId}/members',
      operation: {
        description: 'Lists the members of an organization, ordered by user id.',
        parameters: pageParameters,
        responses: {
          200: json(
            pageOf(
              named('OrganizationMember', {
                type: 'object',
                description: 'The membership of a user in an organization.',
                properties: {
                  organizationId: id,
                  userId: id,
                  role: { type: 'string', description: 'The key of the role, such as `org:administrator`.' },
                  roleName: { ...optionalText, description: 'The name of the role for people.' },
                  ...twoBags('membership'),
                  joinedAt: time,
                },
                required: ['organizationId', 'userId', 'role', 'publicMetadata', 'privateMetadata', 'joinedAt'],
              }),
            ),
            'A page of members.',
          ),
          401: unauthorized,
          404: unknown,
        },
      },
    },
    {
      method: 'PATCH',
      path: '/organizations/{organizationId}/members/{memberUserId}/metadata',
      operation: {
        description: 'Merges metadata into that of a membership. A key that is null is removed.',
        requestBody: body(bagPatch('membership')),
        responses: {
          200: json(sameAs(member), 'The member with the merged metadata.'),
          400: problem('A merged bag is larger than 8 KB, or no bag was given.'),
          401: unauthorized,
          404: problem('No such organization, or the user is not a member of it.'),
        },
      },
    },
  ],
};
