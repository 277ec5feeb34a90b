// Written by `npm run generate` from spec/. What is changed here by hand is lost.
import type { Body, Changes, Query } from '../fields.ts';
import type { Call, RequestOptions, Send } from '../operation.ts';
import { type PagePromise, listPages } from '../pages.ts';
import type * as wire from './wire.ts';

/** An end-user belonging to one of your environments. */
export type User = wire.UsersGetResponse;

/** What `users.create` takes. */
export type UserCreateParams = Body<wire.UsersCreateData['body']>;

/** What `users.list` takes. */
export type UserListParams = Query<wire.UsersListData['query']> & Body<wire.UsersListData['body']>;

/** What `users.update` takes. */
export type UserUpdateParams = Changes<wire.UsersUpdateData['body']>;

/** Server user management endpoints (secret key auth) */
export class Users {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Creates an end-user in your environment. All body fields are optional; supply at minimum an email if you want the
   * user to be able to sign in via email + password.
   *
   * @throws ToriiApiError 400: Invalid body (e.g. weak password, malformed email).
   * @throws ToriiApiError 401: Missing or invalid secret key.
   * @throws ToriiApiError 409: Another user with this email already exists in the environment.
   */
  create(params: UserCreateParams, options?: RequestOptions): Call<User> {
    return this.#send(
      {
        method: 'POST',
        path: '/api/server/v1/users',
        input: params,
        body: { email: 'any', password: 'any', name: 'any', phone: 'any', address: 'any', dateOfBirth: 'date' },
        answer: 'object',
      },
      options,
    );
  }

  /**
   * Returns a cursor-paginated page of end-users in the environment matching the optional filters. Filters use the
   * same tri-state PATCH semantics as `UpdateUserRequest`: omit a field to skip that filter, send a value to require
   * it, send null to require null. Uses POST so the filter body can be sent without URL-encoding.
   *
   * @throws ToriiApiError 401: Missing or invalid secret key.
   */
  list(params: UserListParams = {}, options?: RequestOptions): PagePromise<User> {
    return listPages(
      this.#send,
      {
        method: 'POST',
        path: '/api/server/v1/users/search',
        input: params,
        query: { limit: 'count', cursor: 'any' },
        body: { name: 'any', email: 'any', statuses: 'list', createdAfter: 'date_time', createdBefore: 'date_time' },
        isRepeatable: true,
        answer: 'page',
      },
      options,
    );
  }

  /**
   * Returns the full profile for one end-user.
   *
   * @param userId Identifier of the user to fetch.
   * @throws ToriiApiError 401: Missing or invalid secret key.
   * @throws ToriiApiError 403: User belongs to a different environment.
   * @throws ToriiApiError 404: No user with this id.
   */
  get(userId: string, options?: RequestOptions): Call<User> {
    return this.#send(
      {
        method: 'GET',
        path: '/api/server/v1/users/{userId}',
        pathParams: { userId },
        answer: 'object',
      },
      options,
    );
  }

  /**
   * Partial update with tri-state PATCH semantics. Every field in `UpdateUserRequest` is tri-state: omit the key to
   * leave the field unchanged, send a non-null value to set it, or send JSON null to clear it.
   *
   * @param userId Identifier of the user to update.
   * @throws ToriiApiError 400: Invalid body.
   * @throws ToriiApiError 401: Missing or invalid secret key.
   * @throws ToriiApiError 403: User belongs to a different environment.
   * @throws ToriiApiError 404: No user with this id.
   */
  update(userId: string, params: UserUpdateParams, options?: RequestOptions): Call<User> {
    return this.#send(
      {
        method: 'PATCH',
        path: '/api/server/v1/users/{userId}',
        pathParams: { userId },
        input: params,
        body: { name: 'any', phone: 'any', locale: 'any', address: 'any', dateOfBirth: 'date' },
        answer: 'object',
      },
      options,
    );
  }

  /**
   * Soft-deletes the user. Not idempotent at the HTTP layer: the authorization grant for the user is revoked on the
   * first successful delete, so a subsequent DELETE for the same id returns 403 rather than 204. Treat 403 from a
   * retry as a confirmation that the user is already deleted.
   * A 403 after an attempt that may have arrived counts as done; a first one throws.
   *
   * @param userId Identifier of the user to delete.
   * @throws ToriiApiError 401: Missing or invalid secret key.
   * @throws ToriiApiError 403: User belongs to a different environment.
   * @throws ToriiApiError 404: No user with this id.
   */
  delete(userId: string, options?: RequestOptions): Call<void> {
    return this.#send(
      {
        method: 'DELETE',
        path: '/api/server/v1/users/{userId}',
        pathParams: { userId },
        doneStatus: 403,
        answer: 'nothing',
      },
      options,
    );
  }

  /**
   * Marks the user as banned and revokes all their active sessions.
   *
   * @param userId Identifier of the user to ban.
   * @throws ToriiApiError 401: Missing or invalid secret key.
   * @throws ToriiApiError 403: User belongs to a different environment.
   * @throws ToriiApiError 404: No user with this id.
   */
  ban(userId: string, options?: RequestOptions): Call<User> {
    return this.#send(
      {
        method: 'POST',
        path: '/api/server/v1/users/{userId}/ban',
        pathParams: { userId },
        isRepeatable: true,
        answer: 'object',
      },
      options,
    );
  }

  /**
   * Reverses a previous ban. The user can sign in again on next request.
   *
   * @param userId Identifier of the user to unban.
   * @throws ToriiApiError 401: Missing or invalid secret key.
   * @throws ToriiApiError 403: User belongs to a different environment.
   * @throws ToriiApiError 404: No user with this id.
   */
  unban(userId: string, options?: RequestOptions): Call<User> {
    return this.#send(
      {
        method: 'POST',
        path: '/api/server/v1/users/{userId}/unban',
        pathParams: { userId },
        isRepeatable: true,
        answer: 'object',
      },
      options,
    );
  }
}
