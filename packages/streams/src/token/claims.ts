import { readKnownOptions, wallMs } from '@torii/core/internal';
import { ToriiStreamError } from '../errors.ts';
import { isStreamPattern } from './pattern.ts';

export const lifetimeSeconds = { min: 1, max: 86_400, shortUnder: 60 } as const;

/** What a stream token allows, and for how long. */
export interface StreamGrant {
  /**
   * The streams that the token's holder may read: stream names, beginnings of names followed by `*`, or `*` for all.
   */
  readonly allowedStreams: readonly string[];
  /** How long the token can be used to connect, in whole seconds: 1 to `maxTtlSeconds`. */
  readonly ttlSeconds: number;
  /** Extra claims for the token. Must not contain `sub`, `iss`, `iat`, `exp`, `nbf`, `jti` or `allowed_streams`. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** A stream token to mint. */
export interface StreamRequest extends StreamGrant {
  /** The user or device that the token is for, such as a user id. Becomes the `sub` claim. */
  readonly subject: string;
}

export interface CheckedRequest extends StreamRequest {
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface StreamClaims {
  readonly [claim: string]: unknown;
  readonly sub: string;
  readonly allowed_streams: readonly string[];
  readonly iat: number;
  readonly exp: number;
}

const reservedClaims = ['sub', 'iss', 'iat', 'exp', 'nbf', 'jti', 'allowed_streams'];

const requestNames = ['subject', 'allowedStreams', 'ttlSeconds', 'claims'] as const;
const hints = { subject: 'sub userid', allowedStreams: 'channels' };
const maxStreams = 1_000;
const maxSubjectBytes = 1_000;
// Many servers and proxies refuse a URL or header above 8 kB, and base64url makes the JSON of the claims a third
// longer.
const maxPayloadBytes = 5_500;

// Reads each property of the request only once. A second read, for signing, could return another value than the one
// that was checked: the request may have a getter, be a Proxy, or contain an array that was changed.
export function readRequest(request: StreamRequest, maxTtlSeconds: number): CheckedRequest {
  if (typeof request !== 'object' || request === null) {
    throw refusal('subject_invalid', 'The argument is not an object. Pass { subject, allowedStreams, ttlSeconds }');
  }
  const example = "issue({ subject: 'user_1', allowedStreams: ['chat_*'], ttlSeconds: 300 })";
  const own = readKnownOptions(request, requestNames, example, 'request', hints) as unknown as StreamRequest;
  const { subject, allowedStreams, ttlSeconds, claims } = own;
  checkSubject(subject);
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < lifetimeSeconds.min || ttlSeconds > maxTtlSeconds) {
    throw refusal('lifetime_invalid', `\`ttlSeconds\` must be a whole number from 1 to ${maxTtlSeconds}`);
  }
  return { subject, allowedStreams: copyStreams(allowedStreams), ttlSeconds, claims: copyClaims(claims) };
}

export function claimsFor(request: CheckedRequest, signerClaims: Readonly<Record<string, unknown>>): StreamClaims {
  const { subject, allowedStreams, ttlSeconds, claims } = request;
  const iat = Math.floor(wallMs() / 1000);
  const all = { ...claims, ...signerClaims, sub: subject, allowed_streams: allowedStreams, iat, exp: iat + ttlSeconds };
  const bytes = bytesOf(all);
  if (bytes <= maxPayloadBytes) return all;
  const problem = `The token would be too long: its claims have ${bytes} bytes, the limit is ${maxPayloadBytes}`;
  if (bytesOf(claims) > bytesOf(allowedStreams)) {
    throw refusal('claims_invalid', `${problem}. Put less into \`claims\``);
  }
  throw refusal(
    'streams_invalid',
    `${problem}. List fewer streams, or the beginning that their names share, such as \`chat_*\``,
  );
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

function checkSubject(subject: unknown): asserts subject is string {
  // Require at least one visible character. A subject of only zero-width spaces, for example, is refused.
  if (typeof subject !== 'string' || !/[^\s\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(subject)) {
    throw refusal('subject_invalid', '`subject` must be a non-empty string, such as a user id');
  }
  if (/[\p{Cc}\p{Cs}]/u.test(subject)) {
    throw refusal('subject_invalid', '`subject` must not contain control characters or lone surrogates');
  }
  if (Buffer.byteLength(subject) > maxSubjectBytes) {
    throw refusal('subject_invalid', `\`subject\` must not be longer than ${maxSubjectBytes} bytes`);
  }
}

function copyStreams(streams: unknown): readonly string[] {
  const grammar = "a name of A-Z a-z 0-9 _ : -, the beginning of a name followed by '*', or '*'";
  // Read the items by index: the array's own iterator could return other streams, and array methods skip holes.
  const length = Array.isArray(streams) ? Math.min(streams.length, maxStreams + 1) : 0;
  const copy = Array.from({ length }, (_, index): unknown => Reflect.get(Object(streams), index));
  if (copy.length === 0) {
    throw refusal('streams_invalid', `\`allowedStreams\` must be a list of at least one stream, each ${grammar}`);
  }
  if (copy.length > maxStreams) {
    const remedy = 'List the beginning that their names share, such as `chat_*`';
    throw refusal('streams_invalid', `\`allowedStreams\` lists more than ${maxStreams} streams. ${remedy}`);
  }
  return copy.map((stream, index) => {
    if (isStreamPattern(stream)) return stream;
    throw refusal('streams_invalid', `\`allowedStreams[${index}]\` is not ${grammar}`);
  });
}

function copyClaims(claims: unknown): Record<string, unknown> {
  if (claims === undefined) return {};
  let copy: unknown;
  try {
    // Check the JSON that will be signed, not the object: `toJSON` or a getter could add a reserved claim.
    copy = JSON.parse(JSON.stringify(claims));
  } catch {
    copy = undefined;
  }
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) {
    throw refusal('claims_invalid', '`claims` must be an object that can be converted to JSON');
  }
  const taken = reservedClaims.find((name) => Object.hasOwn(copy, name));
  if (taken !== undefined) {
    throw refusal(
      'claims_invalid',
      `\`claims\` must not contain \`${taken}\`. Reserved claims: ${reservedClaims.join(', ')}`,
    );
  }
  return { ...copy };
}

function refusal(reason: ToriiStreamError['reason'], problem: string): ToriiStreamError {
  return new ToriiStreamError(reason, `${problem}.`);
}
