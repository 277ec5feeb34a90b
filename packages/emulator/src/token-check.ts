import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import { type Clock, toleranceSeconds } from './clock.ts';
import type { Environment } from './environment.ts';
import { isRecord } from './fields.ts';
import { Problem } from './http/problem.ts';
import type { Claims } from './tokens/token.ts';

/**
 * Verifies the token of an `Authorization` header with the published keys, as a protected route of an app does.
 *
 * @throws Problem 401
 */
export async function checkToken(
  { id, issuer, keys }: Environment,
  clock: Clock,
  authorization: string | undefined,
): Promise<Claims> {
  const [, token] = /^bearer[ \t]+([\w-]+\.[\w-]+\.[\w-]+)[ \t]*$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) throw refusal('token_missing', 'Send an access token as Authorization: Bearer TOKEN.');
  const published = createLocalJWKSet({ keys: keys.published.map(({ publicJwk }) => publicJwk) });
  try {
    const { payload } = await jwtVerify(token, published, {
      issuer,
      algorithms: ['ES256'],
      currentDate: clock.now(),
      clockTolerance: toleranceSeconds,
      requiredClaims: ['sub', 'pid', 'iat', 'exp'],
    });
    // As @torii/core does: a token with an audience is for another service (RFC 7519 section 4.1.3).
    const { sub, pid, iat, aud, act } = payload;
    const isIssued = typeof iat === 'number' && !clock.isFuture(iat * 1000);
    const hasActor = act === undefined || isRecord(act);
    if (typeof sub === 'string' && sub !== '' && pid === id && isIssued && aud === undefined && hasActor)
      return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw refusal('token_expired', 'The token has expired.');
  }
  throw refusal('token_refused', 'The token was not signed by a key of this environment, or its claims are wrong.');
}

function refusal(code: string, detail: string): Problem {
  const challenge = code === 'token_missing' ? 'Bearer realm="torii"' : 'Bearer realm="torii", error="invalid_token"';
  return new Problem(401, code, detail, { headers: { 'www-authenticate': challenge } });
}
