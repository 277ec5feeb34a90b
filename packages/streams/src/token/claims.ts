import { ToriiStreamError } from '../errors.ts';
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

/** A request as it was when it was checked, in objects of ours: nobody can change it until it is signed. */
export interface CheckedRequest extends StreamRequest {
  readonly claims: Readonly<Record<string, unknown>>;
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
const mostSubjectBytes = 1_000;
/** Tokens travel in a URL or a header, of which servers and proxies take 8 kB. Payloads grow by a third in base64url. */
const mostPayloadBytes = 5_500;

/**
 * Checks a request (security statement 28), and gives a copy of what it checked: each member of the caller's objects is
 * read once, since a getter, a Proxy or a caller who uses an array again would tell the check one thing and the token another.
 *
 * @throws ToriiStreamError `subject_invalid`, `streams_invalid`, `lifetime_invalid` or `claims_invalid`
 */
export function readRequest(request: StreamRequest, maxTtlSeconds: number): CheckedRequest {
  if (typeof request !== 'object' || request === null) {
    throw refusal('subject_invalid', 'Pass { subject, allowedStreams, ttlSeconds }');
  }
  const own: StreamRequest = Object.assign(Object.create(null), request);
  const { subject, allowedStreams, ttlSeconds, claims } = own;
  checkSubject(subject);
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < lifetimes.least || ttlSeconds > maxTtlSeconds) {
    throw refusal('lifetime_invalid', `\`ttlSeconds\` is not a whole number from 1 to ${maxTtlSeconds}`);
  }
  return { subject, allowedStreams: copyStreams(allowedStreams), ttlSeconds, claims: copyClaims(claims) };
}

/**
 * The claims of a token. `ours` come last: whatever got past the check cannot replace them.
 *
 * @throws ToriiStreamError `claims_invalid` or `streams_invalid` where the token would be too long to be sent
 */
export function claimsFor(request: CheckedRequest, ours: Readonly<Record<string, unknown>>): StreamClaims {
  const { subject, allowedStreams, ttlSeconds, claims } = request;
  const iat = Math.floor(Date.now() / 1000);
  const all = { ...claims, ...ours, sub: subject, allowed_streams: allowedStreams, iat, exp: iat + ttlSeconds };
  const bytes = bytesOf(all);
  if (bytes <= mostPayloadBytes) return all;
  const problem = `The token would be too long to be sent: ${bytes} bytes of claims, and ${mostPayloadBytes} are the most`;
  if (bytesOf(claims) > bytesOf(allowedStreams)) {
    throw refusal('claims_invalid', `${problem}. Put less into \`claims\``);
  }
  throw refusal(
    'streams_invalid',
    `${problem}. Name fewer streams, or the beginning that they share, such as \`chat_*\``,
  );
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function checkSubject(subject: unknown): asserts subject is string {
  // Something to see: neither white space alone nor characters that take no room, such as a zero-width space.
  if (typeof subject !== 'string' || !/[^\s\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(subject)) {
    throw refusal('subject_invalid', '`subject` is empty: say whom the token is for, such as a user id');
  }
  if (/[\p{Cc}\p{Cs}]/u.test(subject)) {
    throw refusal('subject_invalid', '`subject` has a control character or half a character in it');
  }
  if (Buffer.byteLength(subject) > mostSubjectBytes) {
    throw refusal('subject_invalid', `\`subject\` is longer than ${mostSubjectBytes} bytes`);
  }
}

function copyStreams(streams: unknown): readonly string[] {
  const grammar = "a name of A-Z a-z 0-9 _ : -, such a beginning and '*', or '*'";
  // By index: an iterator of the array's own might give other streams, and holes must not be passed over.
  const length = Array.isArray(streams) ? Math.min(streams.length, mostStreams + 1) : 0;
  const copy = Array.from({ length }, (_, index): unknown => Reflect.get(Object(streams), index));
  if (copy.length === 0) {
    throw refusal('streams_invalid', `\`allowedStreams\` names no stream: list at least one, each ${grammar}`);
  }
  if (copy.length > mostStreams) {
    const remedy = 'Name the beginning that they share, such as `chat_*`';
    throw refusal('streams_invalid', `\`allowedStreams\` names more than ${mostStreams} streams. ${remedy}`);
  }
  return copy.map((stream, index) => {
    if (isStreamPattern(stream)) return stream;
    throw refusal('streams_invalid', `\`allowedStreams[${index}]\` is not ${grammar}`);
  });
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
