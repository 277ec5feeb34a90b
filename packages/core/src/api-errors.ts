import { setHidden } from './errors/hidden-field.ts';
import { ToriiError } from './errors.ts';

/** Problem details (RFC 9457) as the API sent them. Additional members can be at the top level or inside `properties`. */
export interface ProblemDetails {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** The REST API call that an error is about. */
export interface ApiCall {
  readonly method: string;
  /** The path as it was sent, without the query string. */
  readonly path: string;
  /** How many requests were sent for this call, retries included. */
  readonly attempts: number;
}

/** What the API says is wrong with one field of a request. Both texts come from the server, but are safe to log. */
export interface FieldError {
  /** The name of the field, or its path, such as `address.city`. `null` if the API named none. */
  readonly field: string | null;
  readonly message: string;
}

/** The data of a {@link ToriiApiError}: the call, and the response that was an error or unusable. */
export interface ApiAnswer extends ApiCall {
  readonly status: number;
  readonly code: string;
  readonly detail?: string | null;
  readonly fieldErrors?: readonly FieldError[];
  readonly supportId?: string | null;
  readonly body?: unknown;
  readonly problem?: ProblemDetails | null;
  readonly retryAfterSeconds?: number | null;
}

/**
 * Torii's REST API answered with an error or an unusable response. `denialFor` returns `undefined` for this error: your own
 * call to Torii failed, and the caller of your server is not at fault. If the API refuses the secret
 * key (401), the client throws a ToriiConfigError with this error as its `cause`.
 */
export class ToriiApiError extends ToriiError implements ApiAnswer {
  protected static override readonly kinds: readonly string[] = ['ToriiApiError', 'ToriiError'];
  override readonly name = 'ToriiApiError';
  /** The HTTP status of the response, or 502 if the response could not be used. */
  declare readonly status: number;
  /**
   * The API's error code, such as `user_not_found`, or `unknown` if the API sent none. Three codes come from our API client
   * instead: `response_malformed`, `redirect_refused` and `cursor_repeated`.
   */
  declare readonly code: string;
  /**
   * What the API says about the error, for logs: at most 200 characters, without secrets. It may contain user data, such as an
   * email address, so do not send it to your callers. `null` if the API sent none.
   */
  readonly detail: string | null = null;
  /** The fields that the API refused, such as `{ field: 'email', message: 'is not an email address' }`. For logs, too. */
  readonly fieldErrors: readonly FieldError[] = [];
  /** An id to quote to Torii's support. `null` if the API sent none. */
  readonly supportId: string | null = null;
  /**
   * The response body: parsed if it was JSON, otherwise text. `undefined` if it was empty. It may contain what was sent to the
   * API, such as a password. Therefore this property and `problem` are not enumerable, so that loggers do not print them.
   */
  declare readonly body: unknown;
  /** The response body if it was problem details, otherwise `null`. */
  declare readonly problem: ProblemDetails | null;
  declare readonly method: string;
  declare readonly path: string;
  declare readonly attempts: number;
  /** How many seconds the API asked to wait before the next request: from 1 to 86,400. `null` if the API did not say. */
  readonly retryAfterSeconds: number | null = null;

  constructor(message: string, { body, problem = null, ...answer }: ApiAnswer, options?: ErrorOptions) {
    super(message, options);
    Object.assign(this, answer);
    setHidden(this, 'body', body);
    setHidden(this, 'problem', problem);
    // Frameworks may answer an uncaught error with its `status`, but must not send its message: see `http-errors`.
    setHidden(this, 'expose', false);
  }

  /** The error as JSON, for logs: without `body`, `problem`, the stack and the cause. */
  override toJSON(): { name: string; message: string } & Omit<ApiAnswer, 'body' | 'problem'> {
    const { status, detail, fieldErrors, supportId, method, path, attempts, retryAfterSeconds } = this;
    const { name, code, message } = super.toJSON();
    return { name, code, message, status, detail, fieldErrors, supportId, method, path, attempts, retryAfterSeconds };
  }
}

/** Why the REST API sent no response. `aborted`: your own `AbortSignal` was aborted. */
export type ConnectionReason = 'network' | 'timeout' | 'aborted';

/**
 * Torii's REST API sent no response. `denialFor` returns `undefined` for this error, because it does not refuse your caller.
 */
export class ToriiConnectionError extends ToriiError implements ApiCall {
  protected static override readonly kinds: readonly string[] = ['ToriiConnectionError', 'ToriiError'];
  override readonly name = 'ToriiConnectionError';
  override readonly code = 'connection_failed';
  readonly reason: ConnectionReason;
  /**
   * Whether the API may have received a request of this call, and carried it out. `false` only if it certainly did not, for
   * example if there was no connection. Then even `users.create` can be called again.
   */
  readonly mayHaveArrived: boolean = true;
  declare readonly method: string;
  declare readonly path: string;
  declare readonly attempts: number;

  constructor(
    reason: ConnectionReason,
    message: string,
    call: ApiCall & { readonly mayHaveArrived?: boolean },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.reason = reason;
    Object.assign(this, call);
  }
}
