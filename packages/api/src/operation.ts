import type { AwaitGuard } from '@torii/core/internal';

export type FieldRule =
  | 'any'
  | 'count'
  | 'list'
  | 'date'
  | 'date_time'
  /** A bag of metadata. */
  | 'bag'
  /** A list that the API refuses if it is longer. */
  | { readonly maxItems: number };

export type FieldRules = Readonly<Record<string, FieldRule>>;

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly pathParams?: Readonly<Record<string, unknown>>;
  readonly input?: unknown;
  readonly query?: FieldRules;
  readonly search?: URLSearchParams;
  readonly body?: FieldRules | 'raw';
  /** Body fields that are sent with these values if they are left out. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly isOpenBody?: boolean;
  /** Whether the limit of metadata is that of all bags together, not of each. */
  readonly sharesBudget?: boolean;
  readonly isRepeatable?: boolean;
  /**
   * An error status that counts as success on a retry. Example: the retry of a deletion gets 403 if the first attempt
   * deleted the user but its response was lost.
   */
  readonly doneStatus?: number;
  /** Whose tokens become invalid, and what the operation ends. */
  readonly revokes?: Revoked;
  /** `object`: has an `id`. `record`: has none. `value`: any JSON, or nothing. */
  readonly answer: 'page' | 'list' | 'object' | 'record' | 'value' | 'nothing';
  /** Whether the response is a secret, such as a token. */
  readonly isSecretAnswer?: boolean;
  /** Makes the promise of the call throw if a field of the answer is read without `await`. */
  readonly guard?: AwaitGuard;
}

/** `user`: the access of a user. `sessions`: every session of a user. `session`: one of them. */
export interface Revoked {
  readonly what: 'user' | 'sessions' | 'session';
  readonly userId: unknown;
}

/** Options of one call: the last argument of every method. */
export interface RequestOptions {
  /** Aborts the call immediately: the current request, the wait before a retry, or the loop over pages. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds for the whole call, including retries and the waits between them. From 1 to 3,600,000. Announcing a
   * revocation takes its own time: up to 5 seconds before the request, and after it up to the `announceTimeoutMs` of
   * `createRevocations`.
   * @default the client's `timeoutMs`
   */
  readonly timeoutMs?: number | undefined;
  /**
   * How many times a failed request may be retried, if a retry is safe. From 0 to 10.
   * @default the client's `maxRetries`
   */
  readonly maxRetries?: number | undefined;
  /** Additional request headers. They cannot replace `Authorization`, nor `Content-Type` if a body is sent. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The response to a call. */
export interface ApiResponse<T> {
  /** The response body, parsed. */
  readonly data: T;
  readonly status: number;
  readonly headers: Headers;
  readonly method: string;
  /** The path of the request as it was sent, without the query string. */
  readonly path: string;
  /** How many requests were sent, including retries. */
  readonly attempts: number;
}

/**
 * A promise of the response data. Calling a method sends the request immediately, even if the promise is never awaited. Only
 * a `PagePromise` (a list) sends nothing until it is used. If `await` is missing and a field of the data, such as `status`, is
 * read from the promise itself, a `ToriiConfigError` is thrown.
 */
export interface Call<T> extends Promise<T> {
  /** Returns the data together with the status, the headers and the number of requests that were sent. */
  withResponse(): Promise<ApiResponse<T>>;
}

export type Send = <T>(operation: Operation, options?: RequestOptions) => Call<T>;
