import { type Denial, denialFor } from './denial.ts';
import { isOfKind, markKinds, ownKindOf } from './errors/kinds.ts';
import type { AuthReason, UnavailableReason } from './errors/reasons.ts';

export type { AuthReason, Reason, UnavailableReason } from './errors/reasons.ts';

/**
 * The base class of all errors that Torii's packages throw. `instanceof` works across copies and versions of this package.
 * Messages are safe to log: they contain no token, no key and no message of another error (see `cause`).
 */
export abstract class ToriiError extends Error {
  /** The class name that `instanceof` compares. A subclass without its own `kind` is recognized by its prototype. */
  protected static readonly kind: string = 'ToriiError';

  /** The kind of error. A refusal sends it to the caller as `error.code`. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    markKinds(this, new.target);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (!Object.hasOwn(this, 'kind')) return Function.prototype[Symbol.hasInstance].call(this, value);
    return isOfKind(value, this.kind);
  }

  /** The error as JSON, without its stack and its cause. */
  toJSON(): { name: string; code: string; reason?: string; message: string } {
    const reason: unknown = Reflect.get(this, 'reason');
    const { name, code, message } = this;
    return typeof reason === 'string' ? { name, code, reason, message } : { name, code, message };
  }
}

/**
 * An error that refuses the caller. If no code handles it, Express, Koa, Fastify and Hono respond with its denial, because
 * they read the fields below from an error. The fields can be assigned. They are not enumerable, so loggers do not print them.
 */
export abstract class RefusalError<Status extends number = number> extends ToriiError {
  constructor(message: string, options?: ErrorOptions) {
    // Capturing a stack trace takes most of the time in which an error is created, and a refusal shows none.
    const limit: unknown = Reflect.get(Error, 'stackTraceLimit');
    Reflect.set(Error, 'stackTraceLimit', 0);
    try {
      super(message, options);
    } finally {
      Reflect.set(Error, 'stackTraceLimit', limit);
    }
    // Error pages in development show `stack` to the caller: make it one line, without the paths of this server's files.
    keep(this, 'stack', `${ownKindOf(new.target)}: ${message}`);
  }

  /** The HTTP status of the denial. */
  get status(): Status {
    return this.field('status') as Status;
  }

  set status(value: number) {
    keep(this, 'status', value);
  }

  /** The same as `status`. */
  get statusCode(): Status {
    return this.field('statusCode') as Status;
  }

  set statusCode(value: number) {
    keep(this, 'statusCode', value);
  }

  /** Whether a framework may send the message to the caller: `true` if the status is below 500. */
  get expose(): boolean {
    return this.field('expose');
  }

  set expose(value: boolean) {
    keep(this, 'expose', value);
  }

  /** The headers of the denial, such as the challenge. */
  get headers(): Record<string, string> {
    return this.field('headers');
  }

  set headers(value: Record<string, string>) {
    keep(this, 'headers', value);
  }

  /** The denial as a Fetch API response. Hono calls this method. */
  getResponse(): Response {
    return Response.json(this.toDenial()?.body, this);
  }

  protected toDenial(): Denial<object, number> | undefined {
    return denialFor(this);
  }

  private field<Name extends keyof Fields>(name: Name): Fields[Name] {
    const denial = this.toDenial();
    // Without a denial, `this` is not an error but a prototype, which debuggers and test runners read.
    if (denial === undefined) return undefined as unknown as Fields[Name];
    const { status, headers } = denial;
    const fields: Fields = { status, statusCode: status, expose: status < 500, headers: { ...headers } };
    return keep(this, name, fields[name]);
  }
}

type Fields = Pick<RefusalError, 'status' | 'statusCode' | 'expose' | 'headers'>;

// Frameworks and middleware assign these fields: Koa writes `status`, @koa/cors writes `headers`. An assignment must neither
// throw, even if the error is frozen, nor create an enumerable property.
function keep<T>(error: object, name: string, value: T): T {
  Reflect.defineProperty(error, name, { value, writable: true, configurable: true });
  return value;
}

/** The caller could not be authenticated. Answered with 401. */
export class ToriiAuthError extends RefusalError<401> {
  protected static override readonly kind: string = 'ToriiAuthError';
  override readonly name = 'ToriiAuthError';
  override readonly code = 'authentication_failed';
  readonly reason: AuthReason;

  constructor(reason: AuthReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** The request is ambiguous: for example, its path can be interpreted in two ways. Answered with 400. */
export class ToriiRequestError extends RefusalError<400> {
  protected static override readonly kind: string = 'ToriiRequestError';
  override readonly name = 'ToriiRequestError';
  override readonly code = 'bad_request';
  readonly reason = 'request_malformed';
}

/** The caller is authenticated, but not allowed to make this request. Answered with 403. */
export class ToriiForbiddenError extends RefusalError<403> {
  protected static override readonly kind: string = 'ToriiForbiddenError';
  override readonly name = 'ToriiForbiddenError';
  override readonly code = 'forbidden';
  readonly reason = 'not_allowed';
}

/** No decision was possible: the issuer's keys or the authorization policy could not be loaded. Answered with 503. */
export class ToriiUnavailableError extends RefusalError<503> {
  protected static override readonly kind: string = 'ToriiUnavailableError';
  override readonly name = 'ToriiUnavailableError';
  override readonly code = 'unavailable';
  readonly reason: UnavailableReason;
  /** Seconds to wait before retrying: a whole number from 1 to 86,400 (one day). */
  readonly retryAfterSeconds: number;

  constructor(reason: UnavailableReason, message: string, options?: ErrorOptions & { retryAfterSeconds?: number }) {
    super(message, options);
    this.reason = reason;
    const seconds = options?.retryAfterSeconds ?? 1;
    this.retryAfterSeconds = Number.isNaN(seconds) ? 1 : Math.min(Math.max(1, Math.ceil(seconds)), 86_400);
  }
}

/**
 * An option or a call is wrong, such as `getAuth` without `requireAuth`. For the developer: no guard sends it to a caller. It
 * has no `status`, so frameworks respond with 500 if no code handles it.
 */
export class ToriiConfigError extends ToriiError {
  protected static override readonly kind: string = 'ToriiConfigError';
  override readonly name = 'ToriiConfigError';
  override readonly code = 'configuration_invalid';
  /** The option or function that the message is about. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.option = option;
  }
}

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
 * call to Torii failed, which is no reason to refuse the request that your server is handling. If the API refuses the secret
 * key (401), the client throws a {@link ToriiConfigError} with this error as its `cause`.
 */
export class ToriiApiError extends ToriiError implements ApiAnswer {
  protected static override readonly kind: string = 'ToriiApiError';
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
    keep(this, 'body', body);
    keep(this, 'problem', problem);
    // Frameworks may answer an uncaught error with its `status`, but must not send its message: see `http-errors`.
    keep(this, 'expose', false);
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
  protected static override readonly kind: string = 'ToriiConnectionError';
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
