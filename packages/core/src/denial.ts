import {
  type Reason,
  ToriiAuthError,
  type ToriiError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiUnavailableError,
} from './errors.ts';

/** The body of every refusal. */
export interface DenialBody {
  readonly error: {
    /** The kind of refusal: `authentication_failed`, `bad_request`, `forbidden` or `unavailable`. */
    readonly code: string;
    readonly reason: Reason;
    readonly message: string;
  };
}

/** The answer to a refused request, as plain data: `Response.json(denial.body, denial)` is all a server has to do. */
export interface Denial<Body = DenialBody> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

/**
 * What to answer for an error, or undefined for one that is not ours to answer: pass that one on.
 *
 * The challenges are those of RFC 6750 section 3: without an error code where no token came, since that request did
 * nothing wrong yet.
 */
export function denialFor(error: unknown): Denial | undefined {
  if (error instanceof ToriiAuthError) {
    const silent = error.reason === 'token_missing' || error.reason === 'scheme_unsupported';
    return answer(401, error, { 'WWW-Authenticate': silent ? realm : challenge('invalid_token', error.message) });
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
  // RFC 6750 section 3 allows %x20-21 / %x23-5B / %x5D-7E: no quote, no backslash, nothing that could end the header.
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
    // The answer depends on who asks: a shared cache must neither keep it nor give it to the next caller.
    headers: { ...headers, 'Cache-Control': 'private, no-store', Vary: 'Authorization, Cookie' },
    body: { error: { code, reason, message } },
  };
}
