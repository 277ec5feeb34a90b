// Written by `npm run generate` from spec/. What is changed here by hand is lost.
import type { Call, RequestOptions, Send } from '../operation.ts';
import type * as wire from './wire.ts';

/** An active end-user session in your environment. */
export type Session = wire.SessionsListForUserResponse[number];

/** Server session management endpoints (secret key auth) */
export class Sessions {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Returns all active (unexpired, unrevoked) sessions for the user, ordered by most recently used.
   *
   * @param userId Identifier of the user whose sessions to list.
   * @throws ToriiApiError 401: Missing or invalid secret key.
   * @throws ToriiApiError 403: User belongs to a different environment.
   */
  listForUser(userId: string, options?: RequestOptions): Call<Session[]> {
    return this.#send(
      {
        method: 'GET',
        path: '/api/server/v1/users/{userId}/sessions',
        pathParams: { userId },
        answer: 'list',
      },
      options,
    );
  }

  /**
   * Immediately revokes every active session for the user. Idempotent.
   *
   * @param userId Identifier of the user whose sessions to revoke.
   * @throws ToriiApiError 401: Missing or invalid secret key.
   * @throws ToriiApiError 403: User belongs to a different environment.
   */
  revokeAllForUser(userId: string, options?: RequestOptions): Call<void> {
    return this.#send(
      {
        method: 'DELETE',
        path: '/api/server/v1/users/{userId}/sessions',
        pathParams: { userId },
        answer: 'nothing',
      },
      options,
    );
  }

  /**
   * Revokes a single session by id. Idempotent: returns 204 even if the session was already revoked or expired.
   *
   * @param userId Identifier of the user who owns the session.
   * @param sessionId Identifier of the session to revoke.
   * @throws ToriiApiError 401: Missing or invalid secret key.
   * @throws ToriiApiError 403: User or session belongs to a different environment.
   */
  revoke(userId: string, sessionId: string, options?: RequestOptions): Call<void> {
    return this.#send(
      {
        method: 'DELETE',
        path: '/api/server/v1/users/{userId}/sessions/{sessionId}',
        pathParams: { userId, sessionId },
        answer: 'nothing',
      },
      options,
    );
  }
}
