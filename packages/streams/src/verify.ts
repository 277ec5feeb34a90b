import { createPublicKey, type KeyObject } from 'node:crypto';
import { type AuthReason, ToriiAuthError } from '@torii/core';
import { JOSEAlgNotAllowed, JWSSignatureVerificationFailed, JWTClaimValidationFailed, JWTExpired } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import { demand, demandKnown } from './demand.ts';
import { readPublicKey } from './keys.ts';
import { isStreamPattern } from './pattern.ts';

export interface VerifyStreamOptions {
  /** The key that the gateway would use: `signer.publicKey`. */
  readonly publicKey: string | KeyObject | undefined;
  /** What `iss` must be. Left out, it is not looked at, as the gateway does not. */
  readonly issuer?: string | undefined;
}

/** What a good stream token says. */
export interface VerifiedStreamToken {
  readonly subject: string;
  readonly allowedStreams: readonly string[];
  /** Seconds since 1970: `iat` and `exp`. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** `kid`, or null where the token names no key. */
  readonly keyId: string | null;
  /** Every claim. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/**
 * Reads a token as the gateway does: RS256, no leeway, `sub`, `iat`, `exp` and `allowed_streams` all there. For your tests:
 * what decides in earnest is the gateway.
 *
 * @throws ToriiAuthError `token_malformed`, `algorithm_refused`, `signature_invalid`, `token_expired`, `claim_missing`,
 * `claim_malformed` or `issuer_refused`
 */
export async function verifyStreamToken(token: string, options: VerifyStreamOptions): Promise<VerifiedStreamToken> {
  demandKnown(options, ['publicKey', 'issuer']);
  const { issuer } = options;
  demand('issuer', issuer !== '', 'is empty: leave it out, or name one');
  const key = createPublicKey(readPublicKey('publicKey', options.publicKey).pem);
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'iat', 'exp', 'allowed_streams'],
      clockTolerance: 0,
      ...(issuer !== undefined && { issuer }),
    });
    const { sub, iat, exp, allowed_streams: streams } = payload;
    const isText = typeof sub === 'string' && sub !== '';
    if (!isText || iat === undefined || exp === undefined) throw refusal('claim_malformed', 'sub');
    if (!Array.isArray(streams) || !streams.every(isStreamPattern)) throw refusal('claim_malformed', 'allowed_streams');
    return {
      subject: sub,
      allowedStreams: streams,
      issuedAt: iat,
      expiresAt: exp,
      keyId: protectedHeader.kid ?? null,
      raw: payload,
    };
  } catch (error) {
    throw refusalFor(error);
  }
}

// Without the cause: jose's errors carry the claims.
function refusalFor(error: unknown): ToriiAuthError {
  if (error instanceof ToriiAuthError) return error;
  if (error instanceof JWTExpired) return new ToriiAuthError('token_expired', 'The token has expired.');
  if (error instanceof JOSEAlgNotAllowed) {
    return new ToriiAuthError('algorithm_refused', 'The token is not signed with RS256.');
  }
  if (error instanceof JWSSignatureVerificationFailed) {
    return new ToriiAuthError('signature_invalid', 'The signature is not of this key.');
  }
  if (error instanceof JWTClaimValidationFailed) {
    if (error.reason === 'missing') return refusal('claim_missing', error.claim);
    if (error.claim === 'iss') return new ToriiAuthError('issuer_refused', 'The token comes from another issuer.');
    if (error.reason === 'check_failed') {
      return new ToriiAuthError('token_not_yet_valid', 'The token is not valid yet.');
    }
    return refusal('claim_malformed', error.claim);
  }
  return new ToriiAuthError('token_malformed', 'The token is no signed token in compact form.');
}

function refusal(reason: AuthReason, claim: string): ToriiAuthError {
  const problem = reason === 'claim_missing' ? 'lacks a claim' : 'has a claim that cannot be read';
  return new ToriiAuthError(reason, `The token ${problem}: ${claim}.`);
}
