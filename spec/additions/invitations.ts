import {
  type Additions,
  bagPatch,
  body,
  id,
  json,
  named,
  optionalText,
  optionalTime,
  pageOf,
  pageParameters,
  problem,
  responseOf,
  sameAs,
  time,
  twoBags,
  unauthorized,
} from './addition.ts';

const invitation = responseOf('POST', '/invitations');
const withMetadata = responseOf('GET', '/invitations/{invitationId}');
const unknown = problem('No invitation of this environment has this id.');
const notPending = '`invitation_not_pending`, with `invitationStatus`: it was accepted or revoked, or has expired.';

const fields = {
  id,
  environmentId: id,
  email: { type: 'string', description: 'The email to which the invitation was sent.' },
  status: {
    type: 'string',
    enum: ['PENDING', 'ACCEPTED', 'REVOKED', 'EXPIRED'],
    description: 'Whether the invitation can still be accepted.',
  },
  expiresAt: time,
  createdAt: time,
  acceptedAt: optionalTime,
  revokedAt: optionalTime,
};
const required = ['id', 'environmentId', 'email', 'status', 'expiresAt', 'createdAt'];

export const invitations: Additions = {
  file: 'invitations.ts',
  tag: { name: 'Invitations', description: 'Invitations by mail to sign up in your environment.' },
  operations: [
    {
      method: 'GET',
      path: '/invitations',
      operation: {
        description: 'Lists the invitations of the environment.',
        parameters: [
          ...pageParameters,
          {
            name: 'status',
            in: 'query',
            description: 'Only invitations with one of these statuses.',
            required: false,
            schema: { type: 'array', items: { type: 'string', enum: ['PENDING', 'ACCEPTED', 'REVOKED', 'EXPIRED'] } },
          },
          {
            name: 'search',
            in: 'query',
            description: 'Only invitations whose email contains this text.',
            required: false,
            schema: { type: 'string' },
          },
        ],
        responses: { 200: json(pageOf(sameAs(invitation)), 'A page of invitations.'), 401: unauthorized },
      },
    },
    {
      method: 'POST',
      path: '/invitations',
      operation: {
        description: 'Invites a person by mail to sign up.',
        requestBody: body(named('InvitationInput', {
          type: 'object',
          properties: {
            email: { type: 'string', description: 'The email of the person to invite.' },
            expiresInDays: {
              type: ['integer', 'null'],
              format: 'int32',
              description: 'After how many days the link in the mail expires.',
              minimum: 1,
            },
            redirectUrl: { ...optionalText, description: 'Where the person goes after the sign-up.' },
            ...twoBags('invitation'),
          },
          // Torii's schema requires the bags, its text says that they are optional: see corrections.ts.
          required: ['email', 'publicMetadata', 'privateMetadata'],
        })),
        responses: {
          201: json(
            named('Invitation', {
              type: 'object',
              description: 'An invitation to sign up, without its metadata.',
              properties: fields,
              required,
            }),
            'The invitation. The mail was sent.',
          ),
          400: problem('Invalid input, or the environment has no sign-up URL.'),
          401: unauthorized,
          409: problem('A user has this email.'),
          429: problem('Too many invitations were sent. Wait as long as `Retry-After` says.'),
        },
      },
    },
    {
      method: 'GET',
      path: '/invitations/{invitationId}',
      operation: {
        description: 'Returns one invitation with its metadata.',
        responses: {
          200: json(
            named('InvitationWithMetadata', {
              type: 'object',
              description: 'An invitation to sign up, with its metadata.',
              properties: { ...fields, ...twoBags('invitation') },
              required: [...required, 'publicMetadata', 'privateMetadata'],
            }),
            'The invitation.',
          ),
          401: unauthorized,
          404: unknown,
        },
      },
    },
    {
      method: 'PATCH',
      path: '/invitations/{invitationId}',
      operation: {
        description: 'Merges metadata into that of a pending invitation. A key that is null is removed.',
        requestBody: body(bagPatch('invitation')),
        responses: {
          200: json(sameAs(withMetadata), 'The invitation with the merged metadata.'),
          400: problem('A merged bag is larger than 8 KB, or no bag was given.'),
          401: unauthorized,
          404: unknown,
          409: problem(
            `${notPending} Or \`invitation_patch_conflict\`: another request changed it at the same time. Read it again before you repeat the call.`,
          ),
        },
      },
    },
    {
      method: 'DELETE',
      path: '/invitations/{invitationId}',
      operation: {
        description: 'Revokes an invitation. Its link stops working.',
        responses: { 200: { description: 'The invitation was revoked.' }, 401: unauthorized, 404: unknown },
      },
    },
    {
      method: 'POST',
      path: '/invitations/{invitationId}/resend',
      operation: {
        description: 'Sends the mail again, with a new link. The old link stops working.',
        responses: {
          200: json(sameAs(invitation), 'The invitation. The mail was sent.'),
          401: unauthorized,
          404: unknown,
          409: problem(notPending),
          429: problem('Too many invitations were sent. Wait as long as `Retry-After` says.'),
        },
      },
    },
  ],
};
