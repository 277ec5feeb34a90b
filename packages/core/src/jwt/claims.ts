import { type Claims, claimOf, type ForeignClaims, malformedClaim } from '../auth.ts';
import {
  checkAudience,
  checkTimes,
  notBefore,
  refusal,
  requireClaim,
  requireText,
  requireTime,
} from '../token/claims.ts';

/** What a token that is not Torii's must say to be accepted. */
export interface ForeignRules {
  readonly userIdClaim: string;
  /** Undefined: `iss` is not looked at. */
  readonly issuers: ReadonlySet<string> | undefined;
  /** Undefined: `aud` is not looked at. */
  readonly audiences: ReadonlySet<string> | undefined;
  readonly clockToleranceMs: number;
}

/**
 * Holds the claims against the rules. A token that never ends is refused, whoever made it.
 *
 * @throws ToriiAuthError naming the first claim that is missing, malformed or wrong
 */
export function checkJwtClaims(claims: Claims, rules: ForeignRules): ForeignClaims {
  const checked: ForeignClaims = {
    issuer: checkIssuer(claims, rules.issuers),
    userId: requireUserId(claims, rules.userIdClaim),
    issuedAt: Object.hasOwn(claims, 'iat') ? requireTime(claims, 'iat') : null,
    expiresAt: requireTime(claims, 'exp'),
  };
  checkTimes(checked, notBefore(claims), rules.clockToleranceMs);
  if (rules.audiences !== undefined) checkAudience(claims, rules.audiences);
  return checked;
}

function checkIssuer(claims: Claims, issuers: ReadonlySet<string> | undefined): string | null {
  if (issuers === undefined) {
    const claimed = claimOf(claims, 'iss');
    return typeof claimed === 'string' && claimed !== '' ? claimed : null;
  }
  const claimed = requireText(claims, 'iss');
  if (issuers.has(claimed)) return claimed;
  throw refusal('issuer_refused', 'The token comes from another issuer.', 'iss', claimed, [...issuers]);
}

// Only numbers that are what they look like: beyond 2^53, two users would get one id.
function requireUserId(claims: Claims, name: string): string {
  const value = requireClaim(claims, name);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && value !== '') return value;
  throw malformedClaim(name);
}
