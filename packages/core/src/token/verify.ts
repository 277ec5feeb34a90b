import { readAuth } from '../auth.ts';
import type { ToriiAuthError } from '../errors.ts';
import { refusal } from '../events.ts';
import type { SetKey } from '../keys/jwks.ts';
import { type KeyCaller, type KeySource, unknownKey } from '../keys/remote-key-set.ts';
import { isSignatureShaped } from '../keys/signature.ts';
import { wallMs } from '../platform.ts';
import { type ClaimRules, checkClaims, checkTimes, findByIssuer } from './claims.ts';
import { keyIdFrom, parseToken } from './parse.ts';
import type { TokenCache, VerifiedToken } from './token-cache.ts';
import { makeRevocable } from './token-digest.ts';

export interface VerifySettings {
  readonly rules: ClaimRules;
  /** The keys of each issuer. A key is looked up only among those of the token's issuer, because anyone can write a `kid`. */
  readonly keySources: ReadonlyMap<string, KeySource>;
  readonly keyCaller: KeyCaller;
  readonly cache: TokenCache;
}

// Cheap checks come first. No claim may be trusted before the signature is verified.
export function verify(token: string, settings: VerifySettings): Verdict | Promise<Verdict> {
  const known = settings.cache.get(token);
  if (known === undefined) return verifyAndRemember(token, settings);
  // Not async: creating a promise would take longer than the rest of a cache hit.
  if (isStillGood(known, settings.keySources.get(known.issuer)?.peek(known.key.kid)))
    return { result: known, fromCache: true };
  return verifyAgain(token, known, settings);
}

export interface Verdict {
  readonly result: VerifiedToken;
  readonly fromCache: boolean;
}

async function verifyAgain(token: string, known: VerifiedToken, settings: VerifySettings): Promise<Verdict> {
  const current = await settings.keySources.get(known.issuer)?.find(known.key.kid, settings.keyCaller);
  if (isStillGood(known, current)) return { result: known, fromCache: true };
  settings.cache.drop(token);
  return verifyAndRemember(token, settings);
}

function isStillGood({ key, validFrom, validUntil }: VerifiedToken, current: SetKey | undefined): boolean {
  const now = wallMs();
  return current === key && now >= validFrom && now < validUntil;
}

async function verifyAndRemember(token: string, settings: VerifySettings): Promise<Verdict> {
  const { header, claims, signedBytes, signature } = parseToken(token);
  const kid = keyIdFrom(header);
  const [issuer, source] = findByIssuer(claims, settings.keySources);
  const checked = checkClaims(claims, settings.rules);
  if (!isSignatureShaped(signature)) throw invalidSignature(kid);
  const key = source.peek(kid) ?? (await source.find(kid, settings.keyCaller));
  const verifySignature = await key.load();
  if (verifySignature === undefined) throw unknownKey(kid, 'it is not a point on the curve P-256');
  if (!(await verifySignature(signature, signedBytes))) throw invalidSignature(kid);
  // Check the times again: the token may have expired during the key fetch.
  const [validFrom, validUntil] = checkTimes(checked, claims, settings.rules.clockToleranceMs);
  const auth = readAuth(checked, claims);
  const revocable = settings.rules.maxTokenSeconds === undefined ? undefined : await makeRevocable(auth, signedBytes);
  const result = { auth, validFrom, validUntil, key, issuer, revocable };
  settings.cache.add(token, result);
  return { result, fromCache: false };
}

function invalidSignature(kid: string): ToriiAuthError {
  return refusal('signature_invalid', 'The signature of the token is not valid.', { kid });
}
