import { ToriiStreamError } from './errors.ts';
import { isStreamPattern } from './pattern.ts';

/** The least and the most seconds that a token may live. */
export const lifetimes = { least: 1, most: 86_400, shortUnder: 60 } as const;

/** What a stream token is to say. */
export interface StreamGrant {
  /** The streams that its holder may read: names, beginnings of names followed by `*`, or `*` for all. */
  readonly allowedStreams: readonly string[];
  /** How long it can be connected with: 1 to 86,400. Under 60 leads to a `lifetime_short` event. */
  readonly ttlSeconds: number;
  /** More claims. Those that the gateway goes by cannot be named here. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** What a stream token says of whom. */
export interface StreamRequest extends StreamGrant {
  /** Whom the token is for: a user's id, say. */
  readonly subject: string;
}

/** The claims of a token that is about to be signed. */
export interface StreamClaims {
  readonly [claim: string]: unknown;
  readonly sub: string;
  readonly allowed_streams: readonly string[];
  readonly iat: number;
  readonly exp: number;
}

/** Names that extra claims may not have: RFC 7519 4.1 gives them a meaning, or the gateway does. */
const ownClaims = ['sub', 'iss', 'iat', 'exp', 'nbf', 'jti', 'allowed_streams'];

const mostStreams = 1_000;
/** Tokens travel in a URL or a header, of which servers and proxies take 8 kB. Payloads grow by a third in base64url. */
const mostPayloadBytes = 5_500;

/**
 * Checks a request, and puts claims together from it (security statement 28).
 *
 * @throws ToriiStreamError `subject_invalid`, `streams_invalid`, `lifetime_invalid` or `claims_invalid`
 */
export function checkRequest(request: StreamRequest, maxTtlSeconds: number): void {
  const { subject, allowedStreams, ttlSeconds } = request;
  if (typeof subject !== 'string' || subject.trim() === '') {
    throw refusal('subject_invalid', '`subject` is empty: say whom the token is for, such as a user id');
  }
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < lifetimes.least || ttlSeconds > maxTtlSeconds) {
    throw refusal('lifetime_invalid', `\`ttlSeconds\` is not a whole number from 1 to ${maxTtlSeconds}`);
  }
  checkStreams(allowedStreams);
}

/**
 * The claims of a token. Ours come last: whatever got past the check cannot replace them.
 *
 * @throws ToriiStreamError `claims_invalid`, and `streams_invalid` where the token would be too long to be sent
 */
export function claimsFor(request: StreamRequest, issuer: string | undefined, ttlSeconds: number): StreamClaims {
  const iat = Math.floor(Date.now() / 1000);
  const claims: StreamClaims = {
    ...copyClaims(request.claims),
    ...(issuer !== undefined && { iss: issuer }),
    sub: request.subject,
    allowed_streams: [...request.allowedStreams],
    iat,
    exp: iat + ttlSeconds,
  };
  const bytes = Buffer.byteLength(JSON.stringify(claims));
  if (bytes > mostPayloadBytes) {
    const remedy = 'Name fewer streams, or the beginning that they share, such as `chat_*`';
    throw refusal('streams_invalid', `The token would be too long to be sent: ${bytes} bytes of claims. ${remedy}`);
  }
  return claims;
}

function checkStreams(streams: unknown): void {
  const grammar = "a name of A-Z a-z 0-9 _ : -, such a beginning and '*', or '*'";
  if (!Array.isArray(streams) || streams.length === 0) {
    throw refusal('streams_invalid', `\`allowedStreams\` names no stream: list at least one, each ${grammar}`);
  }
  if (streams.length > mostStreams) {
    const remedy = `${mostStreams} are the most. Name the beginning that they share, such as \`chat_*\``;
    throw refusal('streams_invalid', `\`allowedStreams\` names ${streams.length} streams, and ${remedy}`);
  }
  // Not `every`, which passes over the hole that a comma too many makes.
  for (const [index, stream] of streams.entries()) {
    if (!isStreamPattern(stream)) throw refusal('streams_invalid', `\`allowedStreams[${index}]\` is not ${grammar}`);
  }
}

// Through JSON and only then looked at: a `toJSON` or a getter could tell the check one thing and the token another.
function copyClaims(claims: unknown): Record<string, unknown> {
  if (claims === undefined) return {};
  let copy: unknown;
  try {
    copy = JSON.parse(JSON.stringify(claims));
  } catch {
    copy = undefined;
  }
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) {
    throw refusal('claims_invalid', '`claims` is not an object that JSON can hold');
  }
  const taken = ownClaims.find((name) => Object.hasOwn(copy, name));
  if (taken !== undefined) {
    throw refusal(
      'claims_invalid',
      `\`claims\` names ${taken}, which is not yours to set: ${ownClaims.join(', ')} are ours`,
    );
  }
  return { ...copy };
}

function refusal(reason: ToriiStreamError['reason'], problem: string): ToriiStreamError {
  return new ToriiStreamError(reason, `${problem}.`);
}
