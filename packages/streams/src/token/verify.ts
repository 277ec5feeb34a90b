import { createPublicKey, type KeyObject } from 'node:crypto';
import { type AuthReason, ToriiAuthError } from '@torii/core';
import { readKnownOptions, readText } from '@torii/core/adapter';
import { JOSEAlgNotAllowed, JWSSignatureVerificationFailed, JWTClaimValidationFailed, JWTExpired } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import { readPublicKey } from '../keys/rsa-key.ts';
import { isStreamPattern } from './pattern.ts';

export interface VerifyStreamOptions {
  /** The key that the gateway would use: `signer.publicKey`. */
  readonly publicKey: string | KeyObject | undefined;
  /** What `iss` must be. Left out, it is not looked at, as the gateway does not. */
  readonly issuer?: string;
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

/** As in core: a longer one is turned away before any cryptography. A key id of ours has 43 characters. */
const mostCharacters = 16_384;
const mostKeyIdCharacters = 256;

/**
 * Reads a token as the gateway does: RS256, no leeway, `sub`, `iat`, `exp` and `allowed_streams` all there. For your tests:
 * what decides in earnest is the gateway.
 *
 * @throws ToriiAuthError `token_malformed`, `algorithm_refused`, `signature_invalid`, `token_expired`, `claim_missing`,
 * `claim_malformed`, `token_not_yet_valid` or `issuer_refused`
 */
export async function verifyStreamToken(token: string, options: VerifyStreamOptions): Promise<VerifiedStreamToken> {
  const own = readKnownOptions(options, ['publicKey', 'issuer'], '{ publicKey: signer.publicKey }');
  const issuer = readText(own, 'issuer', "issuer: 'https://api.example.com', or leave it out");
  const key = createPublicKey(readPublicKey('publicKey', own.publicKey).pem);
  if (typeof token !== 'string' || token.length > mostCharacters) throw malformed();
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'iat', 'exp', 'allowed_streams'],
      clockTolerance: 0,
      ...(issuer !== undefined && { issuer }),
    });
    const { sub, iat, exp, allowed_streams: streams } = payload;
    const { kid = null, b64 = true } = protectedHeader;
    // Only `crit` gives it a meaning (RFC 7797 6), and a reader who heeds it alone would verify another text.
    if (b64 !== true) throw malformed();
    if (kid !== null && (typeof kid !== 'string' || kid.length > mostKeyIdCharacters)) throw malformed();
    if (typeof sub !== 'string' || sub === '') throw refusal('claim_malformed', 'sub');
    if (!isTime(iat)) throw refusal('claim_malformed', 'iat');
    if (!isTime(exp)) throw refusal('claim_malformed', 'exp');
    if (iat > Date.now() / 1000) throw notYetValid();
    const isList = Array.isArray(streams) && streams.length > 0;
    if (!isList || !streams.every(isStreamPattern)) throw refusal('claim_malformed', 'allowed_streams');
    return {
      subject: sub,
      allowedStreams: streams,
      issuedAt: iat,
      expiresAt: exp,
      keyId: kid,
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
    if (error.reason === 'check_failed') return notYetValid();
    return refusal('claim_malformed', error.claim);
  }
  return malformed();
}

/** Seconds since 1970. JSON reads 1e400 as infinity. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function malformed(): ToriiAuthError {
  return new ToriiAuthError('token_malformed', 'The token is no signed token in compact form.');
}

function notYetValid(): ToriiAuthError {
  return new ToriiAuthError('token_not_yet_valid', 'The token is not valid yet.');
}

function refusal(reason: AuthReason, claim: string): ToriiAuthError {
  const problem = reason === 'claim_missing' ? 'lacks a claim' : 'has a claim that cannot be read';
  return new ToriiAuthError(reason, `The token ${problem}: ${claim}.`);
}
