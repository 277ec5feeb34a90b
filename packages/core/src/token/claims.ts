import { type CheckedClaims, type Claims, claimOf, type ForeignClaims, malformedClaim } from '../auth.ts';
import type { ToriiAuthError } from '../errors.ts';
import { refusal } from '../events.ts';
import { wallMs } from '../platform.ts';

export interface AudienceRules {
  readonly audiences: ReadonlySet<string> | undefined;
  readonly requiredClaims: ReadonlySet<string>;
  readonly refusedClaims: ReadonlySet<string>;
}

export interface ClaimRules extends AudienceRules {
  readonly environments: ReadonlySet<string> | undefined;
  readonly clockToleranceMs: number;
  /** Present only with the option `revocations`. */
  readonly maxTokenSeconds: number | undefined;
}

// Returns what belongs to the issuer of a token. Runs before the key lookup: a token of another issuer must not cause a key
// fetch.
export function findByIssuer<Found>(claims: Claims, byIssuer: ReadonlyMap<string, Found>): Found {
  const actual = requireText(claims, 'iss');
  const found = byIssuer.get(withoutTrailingSlash(actual));
  if (found !== undefined) return found;
  const expected = [...byIssuer.keys()];
  throw refusal('issuer_refused', 'The token comes from another issuer.', { claim: 'iss', actual, expected });
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
  checkTimes(checked, claims, rules.clockToleranceMs);
  checkAudienceRules(claims, rules);
  const { environments, maxTokenSeconds = Infinity } = rules;
  if (environments !== undefined && !environments.has(checked.environmentId)) {
    throw refusal('environment_refused', 'The token is for another environment.', {
      claim: 'pid',
      actual: checked.environmentId,
      expected: [...environments],
    });
  }
  // Some time after this, the revocation of the token is forgotten.
  if (checked.expiresAt - checked.issuedAt > maxTokenSeconds) {
    throw refusal('token_lifetime_refused', 'The token lives too long.', {
      claim: 'exp',
      actual: checked.expiresAt,
      expected: [`iat + ${maxTokenSeconds}`],
    });
  }
  return checked;
}

/** Returns from when on the token is valid, in Unix seconds, without the tolerance. Rounded up: see `startMs`. */
export function checkTimes(
  { issuedAt, expiresAt }: Pick<ForeignClaims, 'issuedAt' | 'expiresAt'>,
  claims: Claims,
  toleranceMs: number,
): number {
  const starts = [
    ['iat', issuedAt ?? 0],
    ['nbf', Object.hasOwn(claims, 'nbf') ? requireTime(claims, 'nbf') : 0],
  ] as const;
  const now = wallMs();
  if (now >= expiresAt * 1000 + toleranceMs)
    throw refusal('token_expired', 'The token has expired.', { claim: 'exp', actual: expiresAt });
  for (const [claim, actual] of starts) {
    if (startMs(actual, toleranceMs) > now)
      throw refusal('token_not_yet_valid', 'The token is not valid yet.', { claim, actual });
  }
  return Math.ceil(Math.max(...starts.map(([, time]) => time)));
}

// Rounds a fractional `iat` or `nbf` up to the next second, as verifiers that compare whole seconds do, such as jose: they
// refuse the token until that second.
function startMs(time: number, toleranceMs: number): number {
  return Math.ceil(time) * 1000 - toleranceMs;
}

// An issuer may sign tokens for several servers with the same keys (RFC 7519 4.1.3, RFC 8725 3.9).
export function checkAudienceRules(claims: Claims, { audiences, requiredClaims, refusedClaims }: AudienceRules): void {
  checkAudience(claims, audiences);
  // The message names no claim, because it is public. The event has no value, because a custom claim may hold a secret.
  for (const claim of requiredClaims) {
    if ((claimOf(claims, claim) ?? null) === null)
      throw refusal('claim_missing', 'The token lacks a required claim.', { claim });
  }
  for (const claim of refusedClaims) if (Object.hasOwn(claims, claim)) throw anotherAudience({ claim });
}

/** Refuses a token for another audience. Without accepted audiences, that is every token with an `aud` claim. */
export function checkAudience(claims: Claims, accepted: ReadonlySet<string> | undefined): void {
  if (accepted === undefined) {
    if (Object.hasOwn(claims, 'aud')) throw anotherAudience({ claim: 'aud', actual: claims['aud'], hint });
    return;
  }
  const actual = requireClaim(claims, 'aud');
  const audiences: readonly unknown[] = Array.isArray(actual) ? actual : [actual];
  if (audiences.length === 0 || audiences.some((each) => typeof each !== 'string')) throw malformedClaim('aud');
  if (!audiences.some((each) => accepted.has(String(each))))
    throw anotherAudience({ claim: 'aud', actual, expected: [...accepted] });
}

const hint = 'If the token is for this server, list its `aud` in `audience`';

function anotherAudience(detail: Parameters<typeof refusal>[2]): ToriiAuthError {
  return refusal('audience_refused', 'The token is for another audience.', detail);
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
    throw refusal('claim_missing', `The token lacks a claim: ${name}.`, { claim: name });
  return value;
}
