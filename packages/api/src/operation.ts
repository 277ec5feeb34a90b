// How a field is validated before a request is sent. The server validates everything else.
export type FieldRule = 'any' | 'count' | 'list' | 'date' | 'date_time';

export type FieldRules = Readonly<Record<string, FieldRule>>;

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly pathParams?: Readonly<Record<string, unknown>>;
  /** The caller's fields. Those that `query` names are sent in the query string, the others in the body. */
  readonly input?: unknown;
  readonly query?: FieldRules;
  readonly search?: URLSearchParams;
  /** The rules for the fields of the body. `raw` sends `input` as the body, without validating it. */
  readonly body?: FieldRules | 'raw';
  readonly isOpenBody?: boolean;
  /** Whether the operation may be retried after it may have been carried out. By default `true`, except for POST. */
  readonly isRepeatable?: boolean;
  /** An error status that means success on a retry, because an earlier attempt may have carried out the operation. */
  readonly doneStatus?: number;
  /** The expected response body: a page, a list of objects with an `id`, one object with an `id`, any JSON, or none. */
  readonly answer: 'page' | 'list' | 'object' | 'value' | 'nothing';
}

/** Options of one call: the last argument of every method. */
export interface RequestOptions {
  /** Aborts the call immediately: the request, the wait before a retry, the iteration over pages. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds for the whole call, including retries and the waits between them. From 1 to 3,600,000.
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
  /** The path as it was sent, without the query string. */
  readonly path: string;
  /** How many requests were sent, including retries. */
  readonly attempts: number;
}

/** A promise of the response data. The request is sent immediately, even if the call is never awaited. */
export interface Call<T> extends Promise<T> {
  /** Returns the data together with the status, the headers and the number of requests that were sent. */
  withResponse(): Promise<ApiResponse<T>>;
}

export type Send = <T>(operation: Operation, options?: RequestOptions) => Call<T>;
