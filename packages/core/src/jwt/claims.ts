import { type Claims, claimOf, type ForeignClaims, malformedClaim } from '../auth.ts';
import { refusal } from '../events.ts';
import {
  type AudienceRules,
  checkAudienceRules,
  checkTimes,
  requireClaim,
  requireText,
  requireTime,
} from '../token/claims.ts';

export interface JwtClaimRules extends AudienceRules {
  readonly userIdClaim: string;
  readonly issuers: ReadonlySet<string> | undefined;
  readonly clockToleranceMs: number;
}

export function checkJwtClaims(claims: Claims, rules: JwtClaimRules): ForeignClaims {
  const checked: ForeignClaims = {
    issuer: checkIssuer(claims, rules.issuers),
    userId: requireUserId(claims, rules.userIdClaim),
    issuedAt: Object.hasOwn(claims, 'iat') ? requireTime(claims, 'iat') : null,
    expiresAt: requireTime(claims, 'exp'),
  };
  checkTimes(checked, claims, rules.clockToleranceMs);
  checkAudienceRules(claims, rules);
  return checked;
}

function checkIssuer(claims: Claims, issuers: ReadonlySet<string> | undefined): string | null {
  if (issuers === undefined) {
    const claimed = claimOf(claims, 'iss');
    return typeof claimed === 'string' && claimed !== '' ? claimed : null;
  }
  const claimed = requireText(claims, 'iss');
  if (issuers.has(claimed)) return claimed;
  const detail = { claim: 'iss', actual: claimed, expected: [...issuers] };
  throw refusal('issuer_refused', 'The token comes from another issuer.', detail);
}

// Refuses integers above 2^53: JavaScript parses several of them as the same number, so two users could get the same id.
function requireUserId(claims: Claims, name: string): string {
  const value = requireClaim(claims, name);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && value !== '') return value;
  throw malformedClaim(name);
}
