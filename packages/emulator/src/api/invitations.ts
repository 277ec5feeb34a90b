import { parseInvitation } from '../invitations/input.ts';
import type { InvitationStatus } from '../invitations/invitation.ts';
import type { Invitations } from '../invitations/invitations.ts';
import type { Handlers } from './handler.ts';
import { readTwoBags } from './metadata.ts';
import { readPage } from './page.ts';

type InvitationOperation =
  | 'GET /invitations'
  | 'POST /invitations'
  | 'GET /invitations/{invitationId}'
  | 'PATCH /invitations/{invitationId}'
  | 'DELETE /invitations/{invitationId}'
  | 'POST /invitations/{invitationId}/resend';

export function invitationHandlers(invitations: Invitations): Handlers<InvitationOperation> {
  return {
    'GET /invitations'(request) {
      const { status, search } = request.query;
      const page = readPage(request, (id) => invitations.has(id));
      return {
        status: 200,
        body: invitations.list({
          ...page,
          statuses: status as readonly InvitationStatus[] | undefined,
          search: search === undefined ? undefined : String(search),
        }),
      };
    },
    'POST /invitations'({ body }) {
      return { status: 201, body: invitations.create(parseInvitation(body)) };
    },
    'GET /invitations/{invitationId}'({ path }) {
      return { status: 200, body: invitations.get(path('invitationId')) };
    },
    'PATCH /invitations/{invitationId}'({ path, body }) {
      const { id } = invitations.get(path('invitationId'));
      return { status: 200, body: invitations.updateMetadata(id, readTwoBags(body)) };
    },
    'DELETE /invitations/{invitationId}'({ path }) {
      invitations.revoke(path('invitationId'));
      return { status: 200 };
    },
    'POST /invitations/{invitationId}/resend'({ path }) {
      return { status: 200, body: invitations.resend(path('invitationId')) };
    },
  };
}
