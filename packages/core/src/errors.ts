import { type Denial, denialFor } from './denial.ts';
import { docsUrlFor } from './errors/docs-url.ts';
import { setHidden } from './errors/hidden-field.ts';
import { isOfKind, markKinds } from './errors/kinds.ts';
import type { AuthReason, UnavailableReason } from './errors/reasons.ts';

export type { AuthReason, Reason, UnavailableReason } from './errors/reasons.ts';

/**
 * The base class of all errors that Torii's packages throw. `instanceof` works across copies and versions of this package.
 * Messages are safe to log: they contain no token, no key and no message of another error (see `cause`).
 */
export abstract class ToriiError extends Error {
  /**
   * The names of the class and of its base classes. `instanceof` compares the first. A subclass that does not set it is recognized by
   * its prototype.
   */
  protected static readonly kinds: readonly string[] = ['ToriiError'];

  /** The kind of error. A refusal sends it to the caller as `error.code`. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    markKinds(this, new.target.kinds);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (!Object.hasOwn(this, 'kinds')) return Function.prototype[Symbol.hasInstance].call(this, value);
    return isOfKind(value, this.kinds[0]);
  }

  /** The address of the page that explains this error, with causes and remedies. For your logs: no response contains it. */
  get docsUrl(): string {
    const { option, reason, code }: { option?: unknown; reason?: unknown; code: string } = this;
    return docsUrlFor(String(option ?? reason ?? code));
  }

  /** The error as JSON, without its stack and its cause. */
  toJSON(): { name: string; code: string; reason?: string; message: string } {
    const reason: unknown = Reflect.get(this, 'reason');
    const { name, code, message } = this;
    return { name, code, ...(typeof reason === 'string' && { reason }), message };
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
    setHidden(this, 'stack', `${new.target.kinds[0]}: ${message}`);
  }

  /** The HTTP status of the denial. */
  get status(): Status {
    return this.field('status') as Status;
  }

  set status(value: number) {
    setHidden(this, 'status', value);
  }

  /** The same as `status`. */
  get statusCode(): Status {
    return this.field('statusCode') as Status;
  }

  set statusCode(value: number) {
    setHidden(this, 'statusCode', value);
  }

  /** Whether a framework may send the message to the caller: `true` if the status is below 500. */
  get expose(): boolean {
    return this.field('expose');
  }

  set expose(value: boolean) {
    setHidden(this, 'expose', value);
  }

  /** The headers of the denial, such as the challenge. */
  get headers(): Record<string, string> {
    return this.field('headers');
  }

  set headers(value: Record<string, string>) {
    setHidden(this, 'headers', value);
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
    return setHidden(this, name, fields[name]);
  }
}

type Fields = Pick<RefusalError, 'status' | 'statusCode' | 'expose' | 'headers'>;

/** The caller could not be authenticated. Answered with 401. */
export class ToriiAuthError extends RefusalError<401> {
  protected static override readonly kinds: readonly string[] = ['ToriiAuthError', 'ToriiError'];
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
  protected static override readonly kinds: readonly string[] = ['ToriiRequestError', 'ToriiError'];
  override readonly name = 'ToriiRequestError';
  override readonly code = 'bad_request';
  readonly reason = 'request_malformed';
}

/** The caller is authenticated, but not allowed to make this request. Answered with 403. */
export class ToriiForbiddenError extends RefusalError<403> {
  protected static override readonly kinds: readonly string[] = ['ToriiForbiddenError', 'ToriiError'];
  override readonly name = 'ToriiForbiddenError';
  override readonly code = 'forbidden';
  readonly reason = 'not_allowed';
}

/** The issuer's keys, the policy, the revocations or the token of a template could not be loaded. Answered with 503. */
export class ToriiUnavailableError extends RefusalError<503> {
  protected static override readonly kinds: readonly string[] = ['ToriiUnavailableError', 'ToriiError'];
  override readonly name = 'ToriiUnavailableError';
  override readonly code = 'unavailable';
  readonly reason: UnavailableReason;
  /** Seconds to wait before retrying: a whole number from 1 to 86,400 (one day). */
  readonly retryAfterSeconds: number;

  constructor(reason: UnavailableReason, message: string, options?: ErrorOptions & { retryAfterSeconds?: number }) {
    super(message, options);
    this.reason = reason;
    this.retryAfterSeconds = Math.min(Math.max(1, Math.ceil(options?.retryAfterSeconds || 1)), 86_400);
  }
}

/**
 * An option or a call is wrong, such as `getAuth` without `requireAuth`. For the developer: no guard sends it to a caller. It
 * has no `status`, so frameworks respond with 500 if no code handles it.
 */
export class ToriiConfigError extends ToriiError {
  protected static override readonly kinds: readonly string[] = ['ToriiConfigError', 'ToriiError'];
  override readonly name = 'ToriiConfigError';
  override readonly code = 'configuration_invalid';
  /** The option or function that the message is about. */
  readonly option: string;

  /**
   * @param message A link to the documentation of the option is added to it.
   * @param options `explained`: the name to link to in the documentation, if it is not `option`.
   */
  constructor(option: string, message: string, options?: ErrorOptions & { readonly explained?: string }) {
    const url = docsUrlFor(options?.explained ?? option);
    super(`${message} See ${url}`, options);
    this.option = option;
    setHidden(this, 'docsUrl', url);
  }
}
