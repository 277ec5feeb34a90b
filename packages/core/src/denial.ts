import {
  type Reason,
  ToriiAuthError,
  type ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiUnavailableError,
} from './errors.ts';

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
  if (error instanceof ToriiAuthError) {
    const sentNoToken = error.reason === 'token_missing' || error.reason === 'scheme_unsupported';
    return answer(401, error, { 'WWW-Authenticate': sentNoToken ? realm : challenge('invalid_token', error.message) });
  }
  if (error instanceof ToriiForbiddenError) {
    return answer(403, error, { 'WWW-Authenticate': challenge('insufficient_scope', error.message) });
  }
  if (error instanceof ToriiUnavailableError) {
    return answer(503, error, { 'Retry-After': String(error.retryAfterSeconds) });
  }
  if (error instanceof ToriiRequestError) return answer(400, error, {});
  return undefined;
}

const realm = 'Bearer realm="torii"';

function challenge(code: string, message: string): string {
  // Remove the characters that RFC 6750 section 3 forbids. A quote, for example, would end `error_description` early.
  const description = message.replace(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, '');
  return `${realm}, error="${code}", error_description="${description}"`;
}

function answer(
  status: number,
  error: ToriiError & { readonly reason: Reason },
  headers: Record<string, string>,
): Denial {
  const { code, reason, message } = error;
  return {
    status,
    headers: { ...headers, 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie' },
    body: { error: { code, reason, message } },
  };
}
