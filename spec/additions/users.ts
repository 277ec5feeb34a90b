import {
  type Additions,
  bag,
  body,
  id,
  json,
  named,
  optionalText,
  optionalTime,
  pageOf,
  pageParameters,
  problem,
  requestOf,
  responseOf,
  sameAs,
  time,
  twoBags,
  unauthorized,
} from './addition.ts';

const user = responseOf('GET', '/users/{userId}');
const wherever = [
  user,
  responseOf('POST', '/users'),
  responseOf('POST', '/users/search'),
  responseOf('PATCH', '/users/{userId}'),
  responseOf('POST', '/users/{userId}/ban'),
  responseOf('POST', '/users/{userId}/unban'),
  responseOf('PATCH', '/users/{userId}/metadata'),
];
const create = requestOf('POST', '/users');
const update = requestOf('PATCH', '/users/{userId}');
const search = requestOf('POST', '/users/search');

const bags = {
  publicMetadata: bag('Metadata that the browser may read and only your server writes. The three bags share 8 KB.'),
  privateMetadata: bag('Metadata for your server alone. It is never in a token. The three bags share 8 KB.'),
  unsafeMetadata: bag('Metadata that the user may write. Do not trust it. The three bags share 8 KB.'),
};
const names = {
  firstName: { ...optionalText, description: 'The first name.' },
  lastName: { ...optionalText, description: 'The last name.' },
};

const droppedDetail = 'Newer versions of Torii do not store it. Keep it in `privateMetadata`.';
const droppedFields = {
  phone: optionalText,
  address: optionalText,
  dateOfBirth: { type: ['string', 'null'], format: 'date' },
};

export const users: Additions = {
  file: 'users.ts',
  fields: [
    {
      at: wherever,
      fields: {
        ...names,
        emailVerifiedAt: { ...optionalTime, description: 'When the user proved to own the email, or null.' },
        ...bags,
      },
      required: ['publicMetadata', 'privateMetadata', 'unsafeMetadata'],
    },
    { at: [create], fields: { ...names, ...bags } },
    { at: [update], fields: { ...names, unsafeMetadata: bag('Metadata that the user may write.') } },
    {
      at: [search],
      fields: {
        userIds: {
          type: 'array',
          description: 'Only these users. At most 100 ids. An empty list finds no user.',
          items: id,
          maxItems: 100,
        },
        emailAddresses: {
          type: 'array',
          description: 'Only users with one of these complete emails, ignoring case. At most 100. An empty list finds no user.',
          items: { type: 'string' },
          maxItems: 100,
        },
        organizationId: { ...id, description: 'Only members of this organization.' },
      },
    },
  ],
  statuses: [
    {
      method: 'POST',
      path: '/users/search',
      status: 400,
      response: problem('Invalid filter, such as more than 100 ids or emails.'),
    },
  ],
  operations: [
    {
      method: 'PATCH',
      path: '/users/{userId}/metadata',
      operation: {
        description: 'Merges metadata into that of a user. A key that is null is removed.',
        requestBody: body(
          named('UserMetadataChanges', {
            type: 'object',
            properties: {
              publicMetadata: bag('Merged into the stored bag. A bag that is left out stays as it is.'),
              privateMetadata: bag('Merged into the stored bag. A bag that is left out stays as it is.'),
              unsafeMetadata: bag('Merged into the stored bag. A bag that is left out stays as it is.'),
            },
          }),
        ),
        responses: {
          200: json(sameAs(user), 'The user with the merged metadata.'),
          400: problem('The merged metadata is larger than 8 KB, or a bag is not an object.'),
          401: unauthorized,
          403: problem('The user belongs to another environment or was deleted.'),
          404: problem('No user has this id.'),
        },
      },
    },
    {
      method: 'POST',
      path: '/users/{userId}/impersonation-token',
      operation: {
        description:
          'Creates a token with which a member of your staff signs in once as this user. Torii writes the reason to its audit log. Treat the token and the URL as secrets.',
        requestBody: body(named('ImpersonationTokenInput', {
          type: 'object',
          properties: {
            actorUserId: { ...id, description: 'The user who will act as the other user.' },
            reason: { type: 'string', description: 'Why, for the audit log.', minLength: 1, maxLength: 500 },
            redirectUrl: {
              ...optionalText,
              description: 'The page of your app that the actor opens. It must belong to an allowed origin.',
            },
            expiresInSeconds: {
              type: ['integer', 'null'],
              format: 'int32',
              description: 'How long the token can be used, from 60 to 600 seconds. 600 by default.',
              minimum: 60,
              maximum: 600,
            },
          },
          required: ['actorUserId', 'reason'],
        })),
        responses: {
          200: json(
            named('ImpersonationToken', {
              type: 'object',
              description: 'A secret with which the actor signs in once as the user.',
              properties: {
                token: { type: 'string', description: 'The token. It can be used once.' },
                expiresInSeconds: { type: 'integer', format: 'int32', description: 'How long it can be used.' },
                url: { ...optionalText, description: 'The page that uses the token, or null if none is known.' },
              },
              required: ['token', 'expiresInSeconds'],
            }),
            'The token.',
          ),
          400: problem('The user was deleted, the time is out of range, or the redirect URL is not allowed.'),
          401: unauthorized,
          402: problem('The plan does not include impersonation, or its quota is used up.'),
          403: problem('The user belongs to another environment, or impersonation is switched off.'),
        },
      },
    },
    {
      method: 'GET',
      path: '/users/{userId}/organizations',
      operation: {
        description: 'Lists the organizations of a user, with the role of the user in each.',
        parameters: pageParameters,
        responses: {
          200: json(
            pageOf(
              named('UserOrganization', {
                type: 'object',
                description: 'An organization of a user. The metadata is that of the membership.',
                properties: {
                  organizationId: id,
                  name: { type: 'string', description: 'The name of the organization.' },
                  slug: optionalText,
                  role: { type: 'string', description: 'The key of the role, such as `org:administrator`.' },
                  roleName: { ...optionalText, description: 'The name of the role for people.' },
                  ...twoBags('membership'),
                  joinedAt: time,
                },
                required: ['organizationId', 'name', 'role', 'publicMetadata', 'privateMetadata', 'joinedAt'],
              }),
            ),
            'A page of memberships.',
          ),
          401: unauthorized,
          403: problem('No user of this environment has this id.'),
        },
      },
    },
  ],
  removed: [
    ...Object.entries(droppedFields).map(([field, schema]) => ({
      at: [...wherever, create, update],
      field,
      schema,
      reason: droppedDetail,
    })),
    {
      at: [create, update],
      field: 'name',
      schema: optionalText,
      reason: 'Newer versions of Torii form it from `firstName` and `lastName`. Set these.',
    },
    {
      at: wherever,
      field: 'status',
      values: ['pending_verification'],
      reason: 'Newer versions of Torii do not use `pending_verification`. Read `emailVerifiedAt`.',
    },
    {
      at: [search],
      field: 'statuses',
      values: ['pending_verification'],
      reason: 'Newer versions of Torii do not use `pending_verification`. Read `emailVerifiedAt`.',
    },
    {
      at: [search],
      field: 'email',
      values: [null],
      reason: 'For newer versions of Torii, null does not mean "has no email". Read `email` of each user.',
    },
  ],
};
