import { createPublicKey, type KeyObject } from 'node:crypto';
import { type AuthReason, ToriiAuthError } from '@torii/core';
import {
  type AwaitGuard,
  assertOption,
  checkAudience,
  createAwaitGuard,
  readKnownOptions,
  readText,
  readTexts,
  wallMs,
  wrongValue,
} from '@torii/core/internal';
import { JOSEAlgNotAllowed, JWSSignatureVerificationFailed, JWTClaimValidationFailed, JWTExpired } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import { readPublicKey } from '../keys/rsa-key.ts';
import { isStreamPattern } from './pattern.ts';

export interface VerifyStreamOptions {
  /** The key to verify with, as PEM or a KeyObject: usually `signer.publicKey`. */
  readonly publicKey: string | KeyObject | undefined;
  /** The expected `iss` claim. If absent, `iss` is not checked, as in the gateway. An explicit `undefined` throws. */
  readonly issuer?: string;
  /**
   * The accepted audiences: the `aud` claim must contain one of them. If absent, a token that has an `aud` claim is refused
   * (RFC 7519 4.1.3), although the gateway ignores the claim. An explicit `undefined` throws.
   */
  readonly audience?: string | readonly string[];
}

/** The contents of a valid stream token. */
export interface VerifiedStreamToken {
  readonly subject: string;
  readonly allowedStreams: readonly string[];
  /** `iat`, in seconds since 1970. */
  readonly issuedAt: number;
  /** `exp`, in seconds since 1970. */
  readonly expiresAt: number;
  /** The `kid` header; `null` if the token has none. */
  readonly keyId: string | null;
  /** All claims of the token. */
  readonly raw: Readonly<Record<string, unknown>>;
}

const fields = {
  subject: true,
  allowedStreams: true,
  issuedAt: true,
  expiresAt: true,
  keyId: true,
  raw: true,
} satisfies Record<keyof VerifiedStreamToken, true>;
const guardToken: AwaitGuard = createAwaitGuard(fields);

const maxTokenLength = 16_384;
const maxKeyIdLength = 256;

/**
 * Verifies a stream token by the gateway's rules: RS256, no leeway, and `sub`, `iat`, `exp` and `allowed_streams` are
 * required. Meant for your tests: in production, the gateway verifies tokens.
 *
 * @throws ToriiAuthError `token_malformed`, `algorithm_refused`, `signature_invalid`, `token_expired`, `claim_missing`,
 * `claim_malformed`, `token_not_yet_valid`, `issuer_refused` or `audience_refused`
 * @throws ToriiConfigError if the key or an option is wrong, or `token` is not a string or begins with `Bearer `
 */
export function verifyStreamToken(token: string, options: VerifyStreamOptions): Promise<VerifiedStreamToken> {
  return guardToken(verify(token, options));
}

async function verify(token: string, options: VerifyStreamOptions): Promise<VerifiedStreamToken> {
  const own = readKnownOptions(options, ['publicKey', 'issuer', 'audience'], '{ publicKey: signer.publicKey }');
  const issuer = readText(own, 'issuer', "issuer: 'https://api.example.com', or leave it out");
  const audiences = readTexts(own, 'audience', "audience: 'https://cable.example.com'");
  const key = createPublicKey(readPublicKey('publicKey', own.publicKey).pem);
  if (typeof token !== 'string')
    throw wrongValue('token', 'a string', token, 'verifyStreamToken(token, { publicKey })');
  assertOption('token', !/^bearer\s/i.test(token), 'begins with `Bearer `. Pass only the token');
  if (token.length > maxTokenLength) throw malformed();
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'iat', 'exp', 'allowed_streams'],
      clockTolerance: 0,
      currentDate: new Date(wallMs()),
      ...(issuer !== undefined && { issuer }),
    });
    const { sub, iat, exp, allowed_streams: streams } = payload;
    const { kid = null, b64 = true } = protectedHeader;
    // Refuse `b64: false`. jose ignores it if `crit` does not list it (RFC 7797 section 6), but another verifier may obey it
    // and check the signature over different bytes.
    if (b64 !== true) throw malformed();
    if (kid !== null && (typeof kid !== 'string' || kid.length > maxKeyIdLength)) throw malformed();
    if (typeof sub !== 'string' || sub === '') throw refusal('claim_malformed', 'sub');
    if (!isTime(iat)) throw refusal('claim_malformed', 'iat');
    if (!isTime(exp)) throw refusal('claim_malformed', 'exp');
    if (iat > wallMs() / 1000) throw notYetValid();
    const isList = Array.isArray(streams) && streams.length > 0;
    if (!isList || !streams.every(isStreamPattern)) throw refusal('claim_malformed', 'allowed_streams');
    checkAudience(payload, audiences);
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

// The returned errors have no `cause`: jose's errors contain the claims of the token.
function refusalFor(error: unknown): ToriiAuthError {
  if (error instanceof ToriiAuthError) return error;
  if (error instanceof JWTExpired) return new ToriiAuthError('token_expired', 'The token has expired.');
  if (error instanceof JOSEAlgNotAllowed) {
    return new ToriiAuthError('algorithm_refused', 'The token is not signed with RS256.');
  }
  if (error instanceof JWSSignatureVerificationFailed) {
    return new ToriiAuthError('signature_invalid', 'The token was not signed with this key.');
  }
  if (error instanceof JWTClaimValidationFailed) {
    if (error.reason === 'missing') return refusal('claim_missing', error.claim);
    if (error.claim === 'iss') return new ToriiAuthError('issuer_refused', 'The token is from another issuer.');
    if (error.reason === 'check_failed') return notYetValid();
    return refusal('claim_malformed', error.claim);
  }
  return malformed();
}

// Refuses Infinity, which JSON.parse returns for a number such as 1e400.
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function malformed(): ToriiAuthError {
  return new ToriiAuthError('token_malformed', 'The token is not a JWS in compact form, or its header is malformed.');
}

function notYetValid(): ToriiAuthError {
  return new ToriiAuthError('token_not_yet_valid', 'The token is not valid yet.');
}

function refusal(reason: AuthReason, claim: string): ToriiAuthError {
  const problem = reason === 'claim_missing' ? 'lacks a claim' : 'has a malformed claim';
  return new ToriiAuthError(reason, `The token ${problem}: ${claim}.`);
}
