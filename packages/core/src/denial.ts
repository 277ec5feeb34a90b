import { isOfKind } from './kinds.ts';
import type { Reason } from './reasons.ts';

/** The JSON body of a refusal. */
export interface DenialBody {
  readonly error: {
    /** `authentication_failed`, `bad_request`, `forbidden` or `unavailable`. */
    readonly code: string;
    readonly reason: Reason;
    readonly message: string;
  };
}

/** The response to a refused request, as plain data. Send it with `Response.json(denial.body, denial)`. */
export interface Denial<Body = DenialBody> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/**
 * The response for an error (RFC 6750 section 3), or `undefined` if the error is not a refusal. In that case, pass the error
 * to the error handling of your framework.
 */
export function denialFor(error: unknown): Denial | undefined {
  if (isRefused(error, 'ToriiAuthError')) {
    const sentNoToken = error.reason === 'token_missing' || error.reason === 'scheme_unsupported';
    return answer(401, error, { 'WWW-Authenticate': sentNoToken ? realm : challenge('invalid_token', error.message) });
  }
  if (isRefused(error, 'ToriiForbiddenError')) {
    return answer(403, error, { 'WWW-Authenticate': challenge('insufficient_scope', error.message) });
  }
  if (isRefused(error, 'ToriiUnavailableError')) {
    return answer(503, error, { 'Retry-After': String(error.retryAfterSeconds) });
  }
  if (isRefused(error, 'ToriiRequestError')) return answer(400, error, {});
  return undefined;
}

// The fields of a refusal. Its class cannot be imported here, because it imports this module.
interface Refused {
  readonly code: string;
  readonly reason: Reason;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

// Frameworks read the denial outside of any `try`: it must not throw for an error whose `message` an app has replaced.
function isRefused(error: unknown, kind: string): error is Refused {
  return isOfKind(error, kind) && typeof Reflect.get(error, 'message') === 'string';
}

const realm = 'Bearer realm="torii"';

// A check may put a path into its message. A longer header would exceed the limits of proxies and clients, such as 4 kB in nginx.
const maxDescription = 500;

function challenge(code: string, message: string): string {
  // Remove the characters that RFC 6750 section 3 forbids. A quote, for example, would end `error_description` early.
  const description = message.replace(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, '');
  return `${realm}, error="${code}", error_description="${description.slice(0, maxDescription)}"`;
}

function answer(status: number, { code, reason, message }: Refused, headers: Record<string, string>): Denial {
  return {
    status,
    headers: { ...headers, 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie' },
    body: { error: { code, reason, message } },
  };
}
