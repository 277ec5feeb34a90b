import { type ControlOperations, limitOf } from '../operation.ts';

export const sessionOperations: ControlOperations = {
  'GET /sessions': {
    does: 'the last active sessions',
    example: '?limit=20',
    members: [],
    handle: ({ environment }, request) => ({ body: { sessions: environment.sessions.listRecent(limitOf(request)) } }),
  },
  'DELETE /sessions/{id}': {
    does: 'ends a session',
    members: [],
    handle: ({ environment }, request) => {
      environment.sessions.revoke(request.path('id'));
      return { status: 204 };
    },
  },
};
