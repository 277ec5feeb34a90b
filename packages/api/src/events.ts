import type { ToriiApiError, ToriiConnectionError } from '@torii/core';

/** A request that the client sent, and what came of it. Never contains the secret key, a header or a body sent. */
export interface ApiEvent {
  readonly type: 'request';
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** The first request of a call is 1. */
  readonly attempt: number;
  readonly durationMs: number;
  /** Null where it succeeded. */
  readonly error: ToriiApiError | ToriiConnectionError | null;
  /** After how long it is sent again, or null where it is not. */
  readonly retryInMs: number | null;
}

export type ApiEventListener = (event: ApiEvent) => void;
