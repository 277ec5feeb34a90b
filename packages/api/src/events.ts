import type { ToriiApiError, ToriiConnectionError } from '@torii/core';

/** A request that the client sent, and its outcome. Never contains the secret key, a request header or a request body. */
export interface ApiEvent {
  readonly type: 'request';
  readonly method: string;
  /**
   * The path as it was sent, without the query string. Contains ids, such as a user id. Safe to log: shortened, and
   * `[withheld]` if it looks like it contains a secret.
   */
  readonly path: string;
  /** The number of this request within its call, from 1. */
  readonly attempt: number;
  readonly durationMs: number;
  /** Why the request failed, or `null` if it succeeded. */
  readonly error: ToriiApiError | ToriiConnectionError | null;
  /** Milliseconds until the request is retried, or `null` if it is not retried. */
  readonly retryInMs: number | null;
}

/** A function that the client calls after every request that it sends. Errors that the function throws are ignored. */
export type ApiEventListener = (event: ApiEvent) => void;
