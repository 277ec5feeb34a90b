/** Why a token or the request that carries it was turned away. Codes leave the process and never change meaning. */
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

/** What could not be reached, so that no decision was possible. */
export type UnavailableReason = 'keys_unavailable' | 'policy_unavailable';

/** Every reason that a refusal can have. */
export type Reason = AuthReason | 'request_malformed' | 'not_allowed' | UnavailableReason;

// A registered symbol, not `instanceof` alone: two copies of this package in one process must agree on what is ours.
const brand = Symbol.for('torii.error');

/**
 * The base of every error that Torii's packages throw. `instanceof` works across copies and versions of this package.
 *
 * A message is safe to log and to show: it never contains a token, a key or the text of somebody else's error, which
 * stays in `cause`.
 */
export abstract class ToriiError extends Error {
  /** Which class this is, for `instanceof`; a subclass of your own has none and is matched by its prototype. */
  protected static readonly kind: string = 'ToriiError';

  /** The kind of answer that this error leads to, as it stands in an answer's body. */
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

  /** What may leave the process: no stack, no cause. */
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

/** The caller did not prove who they are. The answer is 401. */
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

/** The request can be read in two ways, so that no way is safe: an ambiguous path, say. The answer is 400. */
export class ToriiRequestError extends ToriiError {
  protected static override readonly kind: string = 'ToriiRequestError';
  override readonly name = 'ToriiRequestError';
  override readonly code = 'bad_request';
  readonly reason = 'request_malformed';
}

/** We know who is calling, and they may not. The answer is 403. */
export class ToriiForbiddenError extends ToriiError {
  protected static override readonly kind: string = 'ToriiForbiddenError';
  override readonly name = 'ToriiForbiddenError';
  override readonly code = 'forbidden';
  readonly reason = 'not_allowed';
}

/** No decision was possible: keys or rules could not be fetched. Ours to mend, not the caller's. The answer is 503. */
export class ToriiUnavailableError extends ToriiError {
  protected static override readonly kind: string = 'ToriiUnavailableError';
  override readonly name = 'ToriiUnavailableError';
  override readonly code = 'unavailable';
  readonly reason: UnavailableReason;
  /** Whole seconds after which another try makes sense. At least 1, at most a day. */
  readonly retryAfterSeconds: number;

  constructor(reason: UnavailableReason, message: string, options?: ErrorOptions & { retryAfterSeconds?: number }) {
    super(message, options);
    this.reason = reason;
    // What cannot be counted, such as NaN from a header of somebody else's, must not come out as `Retry-After: NaN`.
    const seconds = options?.retryAfterSeconds ?? 1;
    this.retryAfterSeconds = Number.isNaN(seconds) ? 1 : Math.min(Math.max(1, Math.ceil(seconds)), 86_400);
  }
}

/** An option is wrong, or a helper was called where it cannot work. Thrown to the developer, never answered to a caller. */
export class ToriiConfigError extends ToriiError {
  protected static override readonly kind: string = 'ToriiConfigError';
  override readonly name = 'ToriiConfigError';
  override readonly code = 'configuration_invalid';
  /** The option or helper that the message is about. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.option = option;
  }
}

/** Why a webhook was not handled. The last three are no fault of the delivery's: it should come again. */
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

/** A delivery of a webhook was turned away. Never contains the secret, a signature or what was delivered. */
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

/** Problem details (RFC 9457), as the server wrote them. Its own members stand at the top or inside `properties`. */
export interface ProblemDetails {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** Which call of the REST API it was. */
export interface ApiCall {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** How many requests were sent for this one call. */
  readonly attempts: number;
}

/** What the REST API answered. */
export interface ApiAnswer extends ApiCall {
  readonly status: number;
  readonly code: string;
  readonly supportId?: string | null;
  readonly body?: unknown;
  readonly problem?: ProblemDetails | null;
  readonly retryAfterSeconds?: number | null;
}

/** Torii's REST API said no, or said something that makes no sense. The app's to answer: `denialFor` passes it on. */
export class ToriiApiError extends ToriiError implements ApiAnswer {
  protected static override readonly kind: string = 'ToriiApiError';
  override readonly name = 'ToriiApiError';
  declare readonly status: number;
  /**
   * The API's own code, such as `user_not_found`, or `unknown` where it gave none. Three are ours: `response_malformed`,
   * `redirect_refused`, `cursor_repeated`.
   */
  declare readonly code: string;
  /** What Torii's support asks for, or null. */
  readonly supportId: string | null = null;
  /** The answer's body: parsed where it was JSON, else its text; undefined where it was empty. */
  declare readonly body: unknown;
  /** The body, where it was problem details, or null. */
  readonly problem: ProblemDetails | null = null;
  declare readonly method: string;
  declare readonly path: string;
  declare readonly attempts: number;
  /** How long the API asked to be left alone, or null. */
  readonly retryAfterSeconds: number | null = null;

  constructor(message: string, answer: ApiAnswer, options?: ErrorOptions) {
    super(message, options);
    Object.assign(this, answer);
  }
}

/** Why no answer came from the REST API: `aborted` is your own signal. */
export type ConnectionReason = 'network' | 'timeout' | 'aborted';

/** Torii's REST API gave no answer. The app's to answer: `denialFor` passes it on. */
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
