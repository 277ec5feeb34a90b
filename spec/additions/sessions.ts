import { type Additions, optionalId, responseOf } from './addition.ts';

export const sessions: Additions = {
  file: 'sessions.ts',
  fields: [
    {
      at: [responseOf('GET', '/users/{userId}/sessions')],
      fields: {
        activeOrganizationId: {
          ...optionalId,
          description: 'The organization for which the session gets its tokens, or null.',
        },
        impersonatedBy: {
          ...optionalId,
          description: 'The user who acts as the owner of the session, or null.',
        },
      },
    },
  ],
};
