import { isOfKind } from './errors/kinds.ts';
import type { Reason } from './errors/reasons.ts';

/** The HTTP status of a refusal. */
export type DenialStatus = 400 | 401 | 403 | 503;

/** The kind of a refusal: one for each {@link DenialStatus}. */
export type DenialCode = 'bad_request' | 'authentication_failed' | 'forbidden' | 'unavailable';

/** The JSON body of a refusal. */
export interface DenialBody {
  readonly error: {
    readonly code: DenialCode;
    readonly reason: Reason;
    readonly message: string;
  };
}

/** The response to a refused request, as plain data. Send it with `Response.json(denial.body, denial)`. */
export interface Denial<Body = DenialBody, Status extends number = DenialStatus> {
  readonly status: Status;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/**
 * The response for an error (RFC 6750 section 3), or `undefined` if the error is not a refusal. In that case, pass the error
 * to the error handling of your framework.
 */
export function denialFor(error: unknown): Denial | undefined {
  for (const [kind, status] of statuses) if (isRefused(error, kind)) return denialOf(error, status);
  return undefined;
}

const statuses = [
  ['ToriiAuthError', 401],
  ['ToriiForbiddenError', 403],
  ['ToriiUnavailableError', 503],
  ['ToriiRequestError', 400],
] as const;

// The fields of a refusal. Its class cannot be imported here, because it imports this module.
interface Refused {
  readonly code: DenialCode;
  readonly reason: Reason;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

// Frameworks read the denial outside of any `try`: it must not throw for an error whose `message` an app has replaced.
function isRefused(error: unknown, kind: string): error is Refused {
  return isOfKind(error, kind) && typeof Reflect.get(error, 'message') === 'string';
}

function denialOf({ code, reason, message, retryAfterSeconds }: Refused, status: DenialStatus): Denial {
  const sentNoToken = reason === 'token_missing' || reason === 'scheme_unsupported';
  return {
    status,
    headers: {
      ...(status === 401 && { 'WWW-Authenticate': sentNoToken ? realm : challenge('invalid_token', message) }),
      ...(status === 403 && { 'WWW-Authenticate': challenge('insufficient_scope', message) }),
      ...(status === 503 && { 'Retry-After': String(retryAfterSeconds) }),
      'Cache-Control': 'private, no-store',
      Vary: 'Authorization, Cookie',
    },
    body: { error: { code, reason, message } },
  };
}

const realm = 'Bearer realm="torii"';

// A check may put a path into its message. A longer header would exceed the limits of proxies and clients, such as 4 kB in nginx.
const maxDescription = 500;

function challenge(code: string, message: string): string {
  // Remove the characters that RFC 6750 section 3 forbids. A quote, for example, would end `error_description` early.
  const description = message.replace(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, '');
  return `${realm}, error="${code}", error_description="${description.slice(0, maxDescription)}"`;
}
