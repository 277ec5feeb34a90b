/** Why a token, or a request that carries a token, was refused. These codes are public and never change meaning. */
export type AuthReason =
  | 'token_missing'
  | 'scheme_unsupported'
  | 'header_malformed'
  | 'token_malformed'
  | 'algorithm_refused'
  | 'key_unknown'
  | 'signature_invalid'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'issuer_refused'
  | 'audience_refused'
  | 'environment_refused'
  | 'claim_missing'
  | 'claim_malformed';

/** Why no decision was possible: the issuer's keys or the authorization policy could not be loaded. */
export type UnavailableReason = 'keys_unavailable' | 'policy_unavailable';

/** Every reason for which a request can be refused. */
export type Reason = AuthReason | 'request_malformed' | 'not_allowed' | UnavailableReason;

const brand = Symbol.for('torii.error');

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
    Object.defineProperty(this, brand, { value: kindsOf(new.target) });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (!Object.hasOwn(this, 'kind')) return Function.prototype[Symbol.hasInstance].call(this, value);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, brand)) return false;
    const kinds: unknown = Reflect.get(value, brand);
    return Array.isArray(kinds) && kinds.includes(this.kind);
  }

  /** The error as JSON, without its stack and its cause. */
  toJSON(): { name: string; code: string; reason?: string; message: string } {
    const reason: unknown = Reflect.get(this, 'reason');
    const { name, code, message } = this;
    return typeof reason === 'string' ? { name, code, reason, message } : { name, code, message };
  }
}

function kindsOf(target: unknown): readonly string[] {
  const kinds: string[] = [];
  for (let c = target; typeof c === 'function'; c = Object.getPrototypeOf(c)) {
    if (Object.hasOwn(c, 'kind')) kinds.push(String(Reflect.get(c, 'kind')));
  }
  return kinds;
}

/** The caller could not be authenticated. Answered with 401. */
export class ToriiAuthError extends ToriiError {
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
export class ToriiRequestError extends ToriiError {
  protected static override readonly kind: string = 'ToriiRequestError';
  override readonly name = 'ToriiRequestError';
  override readonly code = 'bad_request';
  readonly reason = 'request_malformed';
}

/** The caller is authenticated, but not allowed to make this request. Answered with 403. */
export class ToriiForbiddenError extends ToriiError {
  protected static override readonly kind: string = 'ToriiForbiddenError';
  override readonly name = 'ToriiForbiddenError';
  override readonly code = 'forbidden';
  readonly reason = 'not_allowed';
}

/** No decision was possible: the issuer's keys or the authorization policy could not be loaded. Answered with 503. */
export class ToriiUnavailableError extends ToriiError {
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

/** An option or a call is wrong, such as `getAuth` without `requireAuth`. For the developer, never sent to a caller. */
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

/**
 * Why a webhook delivery was not handled. Answer `in_progress`, `store_unavailable` and `handler_failed` with a status of
 * 500 or above, so that Torii sends the delivery again.
 */
export type WebhookReason =
  | 'header_missing'
  | 'header_malformed'
  | 'timestamp_too_old'
  | 'timestamp_too_new'
  | 'signature_invalid'
  | 'payload_too_large'
  | 'payload_incomplete'
  | 'payload_malformed'
  | 'id_mismatch'
  | 'in_progress'
  | 'store_unavailable'
  | 'handler_failed';

/** A webhook delivery was not handled. The error never contains the secret, a signature or the delivered body. */
export class ToriiWebhookError extends ToriiError {
  protected static override readonly kind: string = 'ToriiWebhookError';
  override readonly name = 'ToriiWebhookError';
  override readonly code = 'webhook_refused';
  readonly reason: WebhookReason;

  constructor(reason: WebhookReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
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

/** The data of a {@link ToriiApiError}: the call, and the response that was an error or unusable. */
export interface ApiAnswer extends ApiCall {
  readonly status: number;
  readonly code: string;
  readonly supportId?: string | null;
  readonly body?: unknown;
  readonly problem?: ProblemDetails | null;
  readonly retryAfterSeconds?: number | null;
}

/**
 * Torii's REST API answered with an error or an unusable response. `denialFor` returns `undefined` for this error: your own
 * call to Torii failed, which is no reason to refuse the request that your server is handling.
 */
export class ToriiApiError extends ToriiError implements ApiAnswer {
  protected static override readonly kind: string = 'ToriiApiError';
  override readonly name = 'ToriiApiError';
  declare readonly status: number;
  /**
   * The API's error code, such as `user_not_found`, or `unknown` if the API sent none. Three codes come from our API client
   * instead: `response_malformed`, `redirect_refused` and `cursor_repeated`.
   */
  declare readonly code: string;
  /** An id to quote to Torii's support. `null` if the API sent none. */
  readonly supportId: string | null = null;
  /** The response body: parsed if it was JSON, otherwise text. `undefined` if it was empty. */
  declare readonly body: unknown;
  /** The response body if it was problem details, otherwise `null`. */
  readonly problem: ProblemDetails | null = null;
  declare readonly method: string;
  declare readonly path: string;
  declare readonly attempts: number;
  /** How many seconds the API asked to wait before the next request. `null` if the API did not say. */
  readonly retryAfterSeconds: number | null = null;

  constructor(message: string, answer: ApiAnswer, options?: ErrorOptions) {
    super(message, options);
    Object.assign(this, answer);
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
  declare readonly method: string;
  declare readonly path: string;
  declare readonly attempts: number;

  constructor(reason: ConnectionReason, message: string, call: ApiCall, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    Object.assign(this, call);
  }
}
