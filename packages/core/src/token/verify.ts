import { readAuth } from '../auth.ts';
import { ToriiAuthError } from '../errors.ts';
import { withDetail } from '../events.ts';
import type { SetKey } from '../keys/jwks.ts';
import { type KeyCaller, type KeySource, unknownKey } from '../keys/remote-key-set.ts';
import { isSignatureShaped, type VerifySignature } from '../keys/signature.ts';
import { wallMs } from '../platform.ts';
import { type ClaimRules, checkClaims, checkTimes, issuerOf, notBefore, startOf } from './claims.ts';
import { keyIdFrom, parseToken } from './parse.ts';
import type { TokenMemory, VerifiedToken } from './token-cache.ts';
import { makeRevocable } from './token-digest.ts';

export interface VerifySettings {
  readonly rules: ClaimRules;
  /** The keys of each issuer. A key is looked up only among those of the token's issuer, because anyone can write a `kid`. */
  readonly keySources: ReadonlyMap<string, KeySource>;
  readonly keyCaller: KeyCaller;
  readonly cache: TokenMemory;
}

// Cheap checks come first. No claim may be trusted before the signature is verified.
export function verify(token: string, settings: VerifySettings): Verdict | Promise<Verdict> {
  const known = settings.cache.get(token);
  if (known === undefined) return verifyAndRemember(token, settings);
  const { source, key } = known;
  // Not async: creating a promise would take longer than the rest of a cache hit.
  if (isStillGood(known, source.peek(key.kid), settings.rules)) return { result: known, fromCache: true };
  return verifyAgain(token, known, settings);
}

export interface Verdict {
  readonly result: VerifiedToken;
  readonly fromCache: boolean;
}

async function verifyAgain(token: string, known: VerifiedToken, settings: VerifySettings): Promise<Verdict> {
  const current = await known.source.find(known.key.kid, settings.keyCaller);
  if (isStillGood(known, current, settings.rules)) return { result: known, fromCache: true };
  settings.cache.drop(token);
  return verifyAndRemember(token, settings);
}

function isStillGood(
  { key, auth, startsAt }: VerifiedToken,
  current: SetKey | undefined,
  { clockToleranceMs }: ClaimRules,
): boolean {
  const now = wallMs();
  const hasBegun = now >= startsAt * 1000 - clockToleranceMs;
  return current === key && hasBegun && now < auth.expiresAt * 1000 + clockToleranceMs;
}

async function verifyAndRemember(token: string, settings: VerifySettings): Promise<Verdict> {
  const result = await verifyAfresh(token, settings);
  settings.cache.add(token, result);
  return { result, fromCache: false };
}

async function verifyAfresh(token: string, settings: VerifySettings): Promise<VerifiedToken> {
  const { header, claims, signedBytes, signature } = parseToken(token);
  const kid = keyIdFrom(header);
  const issuer = issuerOf(claims, settings.rules);
  const checked = checkClaims(claims, settings.rules);
  if (!isSignatureShaped(signature)) throw invalidSignature(kid);
  const source = sourceOf(issuer, settings);
  const key = source.peek(kid) ?? (await source.find(kid, settings.keyCaller));
  const verifySignature = await loadVerifier(key);
  if (!(await verifySignature(signature, signedBytes))) throw invalidSignature(kid);
  // Check the times again: the token may have expired during the key fetch.
  checkTimes(checked, notBefore(claims), settings.rules.clockToleranceMs);
  const auth = readAuth(checked, claims);
  const revocable = settings.rules.maxTokenSeconds === undefined ? undefined : await makeRevocable(auth, signedBytes);
  return { auth, startsAt: startOf(checked, claims), key, source, revocable };
}

function sourceOf(issuer: string, settings: VerifySettings): KeySource {
  const source = settings.keySources.get(issuer);
  if (source === undefined) throw new Error('Every accepted issuer has a key source.');
  return source;
}

async function loadVerifier(key: SetKey): Promise<VerifySignature> {
  const loaded = await key.load();
  if (loaded === undefined) throw unknownKey(key.kid, 'it is not a point on the curve P-256');
  return loaded;
}

function invalidSignature(kid: string): ToriiAuthError {
  return withDetail(new ToriiAuthError('signature_invalid', 'The signature of the token is not valid.'), { kid });
}
