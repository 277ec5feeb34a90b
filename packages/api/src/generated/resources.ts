// Written by `npm run generate` from spec/. What is changed here by hand is lost.
import type { Send } from '../operation.ts';
import { Users } from './users.ts';
import { Sessions } from './sessions.ts';

export type * from './users.ts';
export type * from './sessions.ts';

/** Every resource of the API. */
export interface Resources {
  /** Server user management endpoints (secret key auth) */
  readonly users: Users;
  /** Server session management endpoints (secret key auth) */
  readonly sessions: Sessions;
}

export function createResources(send: Send): Resources {
  return {
    users: new Users(send),
    sessions: new Sessions(send),
  };
}
