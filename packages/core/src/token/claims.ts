import { type CheckedClaims, type Claims, claimOf, type ForeignClaims, malformedClaim } from '../auth.ts';
import { type AuthReason, ToriiAuthError } from '../errors.ts';
import { withDetail } from '../events.ts';
import { wallMs } from '../platform.ts';

export interface AudienceRules {
  readonly audiences: ReadonlySet<string> | undefined;
  readonly requiredClaims: ReadonlySet<string>;
  readonly refusedClaims: ReadonlySet<string>;
}

export interface ClaimRules extends AudienceRules {
  readonly issuers: ReadonlySet<string>;
  readonly environments: ReadonlySet<string> | undefined;
  readonly clockToleranceMs: number;
  /** With the option `revocations` only. */
  readonly maxTokenSeconds: number | undefined;
}

// Returns the issuer if it is accepted. Runs before the key lookup: a token of another issuer must not cause a key fetch.
export function issuerOf(claims: Claims, rules: ClaimRules): string {
  const claimed = requireText(claims, 'iss');
  const issuer = withoutTrailingSlash(claimed);
  if (rules.issuers.has(issuer)) return issuer;
  throw refusal('issuer_refused', 'The token comes from another issuer.', 'iss', claimed, [...rules.issuers]);
}

export function withoutTrailingSlash(issuer: string): string {
  return issuer.endsWith('/') ? issuer.slice(0, -1) : issuer;
}

export function checkClaims(claims: Claims, rules: ClaimRules): CheckedClaims {
  const checked: CheckedClaims = {
    issuer: requireText(claims, 'iss'),
    userId: requireText(claims, 'sub'),
    environmentId: requireText(claims, 'pid'),
    issuedAt: requireTime(claims, 'iat'),
    expiresAt: requireTime(claims, 'exp'),
  };
  checkTimes(checked, notBefore(claims), rules.clockToleranceMs);
  checkAudienceRules(claims, rules);
  if (rules.environments !== undefined && !rules.environments.has(checked.environmentId)) {
    const expected = [...rules.environments];
    throw refusal(
      'environment_refused',
      'The token is for another environment.',
      'pid',
      checked.environmentId,
      expected,
    );
  }
  // Some time after this, the revocation of the token is forgotten.
  const { maxTokenSeconds = Infinity } = rules;
  if (checked.expiresAt - checked.issuedAt > maxTokenSeconds) {
    const expected = [`iat + ${maxTokenSeconds}`];
    throw refusal('token_lifetime_refused', 'The token lives too long.', 'exp', checked.expiresAt, expected);
  }
  return checked;
}

/** From when on a token is valid, in Unix seconds, without the clock tolerance. */
export function startOf(checked: CheckedClaims, claims: Claims): number {
  return Math.ceil(Math.max(checked.issuedAt, notBefore(claims) ?? 0));
}

export function checkTimes(
  { issuedAt, expiresAt }: Pick<ForeignClaims, 'issuedAt' | 'expiresAt'>,
  start: number | undefined,
  toleranceMs: number,
): void {
  const now = wallMs();
  if (now >= expiresAt * 1000 + toleranceMs) throw refusal('token_expired', 'The token has expired.', 'exp', expiresAt);
  for (const [claim, time] of [
    ['iat', issuedAt],
    ['nbf', start],
  ] as const) {
    if (startMs(time ?? 0, toleranceMs) > now) {
      throw refusal('token_not_yet_valid', 'The token is not valid yet.', claim, time);
    }
  }
}

// Rounds a fractional `iat` or `nbf` up to the next second, as verifiers that compare whole seconds do, such as jose: they
// refuse the token until that second.
function startMs(time: number, toleranceMs: number): number {
  return Math.ceil(time) * 1000 - toleranceMs;
}

export function notBefore(claims: Claims): number | undefined {
  return Object.hasOwn(claims, 'nbf') ? requireTime(claims, 'nbf') : undefined;
}

// An issuer may sign tokens for several servers with the same keys (RFC 7519 4.1.3, RFC 8725 3.9).
export function checkAudienceRules(claims: Claims, { audiences, requiredClaims, refusedClaims }: AudienceRules): void {
  checkAudience(claims, audiences);
  // The message names no claim, because it is public. The event has no value, because a custom claim may hold a secret.
  for (const claim of requiredClaims) {
    if ((claimOf(claims, claim) ?? null) === null)
      throw withDetail(new ToriiAuthError('claim_missing', 'The token lacks a required claim.'), { claim });
  }
  for (const claim of refusedClaims) if (Object.hasOwn(claims, claim)) throw anotherAudience({ claim });
}

/** Refuses a token for another audience. Without accepted audiences, that is every token with an `aud` claim. */
export function checkAudience(claims: Claims, accepted: ReadonlySet<string> | undefined): void {
  if (accepted === undefined && !Object.hasOwn(claims, 'aud')) return;
  const claimed = accepted === undefined ? claims['aud'] : requireClaim(claims, 'aud');
  const audiences = audiencesIn(claimed);
  // Reports a readable value only: a deeply nested one would overflow the stack when it is turned into text.
  if (accepted === undefined) throw anotherAudience({ claim: 'aud', hint, ...(audiences && { actual: claimed }) });
  if (audiences === undefined) throw malformedClaim('aud');
  if (audiences.some((audience) => accepted.has(audience))) return;
  throw anotherAudience({ claim: 'aud', actual: claimed, expected: [...accepted] });
}

const hint = 'If the token is meant for this server, add its `aud` to the option `audience`';

function audiencesIn(claimed: unknown): readonly string[] | undefined {
  const audiences: readonly unknown[] = Array.isArray(claimed) ? claimed : [claimed];
  return audiences.length > 0 && audiences.every((each) => typeof each === 'string') ? audiences : undefined;
}

function anotherAudience(detail: Parameters<typeof withDetail>[1]): ToriiAuthError {
  return withDetail(new ToriiAuthError('audience_refused', 'The token is for another audience.'), detail);
}

export function requireText(claims: Claims, name: string): string {
  const value = requireClaim(claims, name);
  if (typeof value !== 'string' || value === '') throw malformedClaim(name);
  return value;
}

// Refuses Infinity, which JSON.parse returns for 1e400: a token with this `exp` would never expire.
export function requireTime(claims: Claims, name: string): number {
  const value = requireClaim(claims, name);
  if (typeof value !== 'number' || !(value <= Number.MAX_SAFE_INTEGER) || value < 0) throw malformedClaim(name);
  return value;
}

export function requireClaim(claims: Claims, name: string): unknown {
  const value = claimOf(claims, name);
  if (value === undefined || value === null)
    throw withDetail(new ToriiAuthError('claim_missing', `The token lacks a claim: ${name}.`), { claim: name });
  return value;
}

export function refusal(
  reason: AuthReason,
  message: string,
  claim: string,
  actual: unknown,
  expected?: readonly string[],
): ToriiAuthError {
  return withDetail(new ToriiAuthError(reason, message), { claim, actual, ...(expected && { expected }) });
}
