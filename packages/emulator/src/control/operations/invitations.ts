import { type ControlOperations, invalid } from '../operation.ts';

// The library validates what these operations pass on to it as `never`.
export const invitationOperations: ControlOperations = {
  'GET /mails': {
    does: 'the mails that Torii would have sent, newest first, with their links',
    members: ['mails'],
    handle: ({ library }) => ({ body: { mails: library.mails } }),
  },
  'POST /invitations/accept': {
    does: 'accepts the invitation of a link, and creates the user',
    example: '{ "link": "http://…", "password": "correct horse", "firstName": "Ada" }',
    members: ['acceptInvitation'],
    handle: async ({ library }, { fields: { link, ...acceptance } }) => {
      if (typeof link !== 'string') throw invalid('link must be the link of a mail, or its ticket.');
      return { status: 201, body: await library.acceptInvitation(link, acceptance as never) };
    },
  },
};
