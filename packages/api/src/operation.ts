/** What the client looks at in a field before it sends it. The rest is the server's to judge. */
export type FieldRule = 'any' | 'count' | 'list' | 'date' | 'date_time';

export type FieldRules = Readonly<Record<string, FieldRule>>;

/** A call of the API, described in full: all that a generated method knows. */
export interface Operation {
  readonly method: string;
  /** With its parameters in braces: `/api/server/v1/users/{userId}`. */
  readonly path: string;
  readonly pathParams?: Readonly<Record<string, unknown>>;
  /** What the caller gave. Each of its fields goes where `query` or `body` has it. */
  readonly input?: unknown;
  readonly query?: FieldRules;
  /** A query that stands already. */
  readonly search?: URLSearchParams;
  /** `raw` where the input is the body, as it stands. */
  readonly body?: FieldRules | 'raw';
  /** Whether the body takes fields that `body` does not name. */
  readonly isOpenBody?: boolean;
  /**
   * Whether sending it again leads to the same state.
   *
   * @default true, but for POST
   */
  readonly isRepeatable?: boolean;
  /** A status that means "done before" where an earlier attempt may have arrived. */
  readonly doneStatus?: number;
  /** What the answer is: a page, a list of things or a thing that have an `id`, any other JSON, or of no interest. */
  readonly answer: 'page' | 'list' | 'object' | 'value' | 'nothing';
}

/** What every call takes as its last argument. */
export interface RequestOptions {
  /** Stops the call at once: the request, the wait before a repetition, the walk through pages. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the whole call, repetitions and waits among them. Left out, the client's. */
  readonly timeoutMs?: number | undefined;
  /** How often a failed request may be sent again. Left out, the client's. */
  readonly maxRetries?: number | undefined;
  /** Headers to send beside ours. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What the API answered, and how. */
export interface ApiResponse<T> {
  readonly data: T;
  readonly status: number;
  readonly headers: Headers;
  readonly method: string;
  readonly path: string;
  /** How many requests were sent. */
  readonly attempts: number;
}

/** A call. `await` gives the data of the answer. The request is sent at once, also if the call is never awaited. */
export interface Call<T> extends Promise<T> {
  /** The data together with the status, the headers and the number of requests that were sent. */
  withResponse(): Promise<ApiResponse<T>>;
}

export type Send = <T>(operation: Operation, options?: RequestOptions) => Call<T>;
