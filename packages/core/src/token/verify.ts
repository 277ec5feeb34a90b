import { type Auth, readAuth } from '../auth.ts';
import type { ToriiAuthError } from '../errors.ts';
import { refusal } from '../events.ts';
import type { SetKey } from '../keys/jwks.ts';
import { type KeyCaller, type KeySource, unknownKey } from '../keys/remote-key-set.ts';
import { isSignatureShaped } from '../keys/signature.ts';
import { wallMs } from '../platform.ts';
import { type ClaimRules, checkClaims, checkTimes, findByIssuer } from './claims.ts';
import { keyIdFrom, type ParsedToken, parseToken } from './parse.ts';
import type { TokenMemory, VerifiedToken } from './token-cache.ts';
import { makeRevocable } from './token-digest.ts';

/** Finds the keys of an issuer that is not in the options. */
export interface IssuerLookup {
  /** Throws if the issuer or its environment is refused. Returns the same object as before, unless the approval has changed. */
  keysFor(token: Pick<Auth, 'issuer' | 'environmentId'>): Promise<KeySource>;
}

export interface VerifySettings {
  readonly rules: ClaimRules;
  /** The keys of each issuer. A key is looked up only among those of the token's issuer, because anyone can write a `kid`. */
  readonly keySources: ReadonlyMap<string, KeySource>;
  /** Used instead of `keySources`, with `issuer: { approve }`. */
  readonly approvals: IssuerLookup | undefined;
  readonly keyCaller: KeyCaller;
  readonly cache: TokenMemory;
}

// Cheap checks come first. No claim may be trusted before the signature is verified.
export function verify(token: string, settings: VerifySettings, parsed?: ParsedToken): Verdict | Promise<Verdict> {
  const known = settings.cache.get(token);
  if (known === undefined) return verifyAndRemember(token, settings, parsed);
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
  const { source, key, auth } = known;
  // The issuer may no longer be approved, or only for other environments.
  const isApproved = settings.approvals === undefined || (await settings.approvals.keysFor(auth)) === source;
  const current = isApproved ? await source.find(key.kid, settings.keyCaller) : undefined;
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

async function verifyAndRemember(
  token: string,
  settings: VerifySettings,
  parsed: ParsedToken = parseToken(token),
): Promise<Verdict> {
  const { header, claims, signedBytes, signature } = parsed;
  const kid = keyIdFrom(header);
  const { approvals } = settings;
  const fixed = approvals === undefined ? findByIssuer(claims, settings.keySources) : undefined;
  const checked = checkClaims(claims, settings.rules);
  if (!isSignatureShaped(signature)) throw invalidSignature(kid);
  const source = fixed ?? (await (approvals as IssuerLookup).keysFor(checked));
  const key = source.peek(kid) ?? (await source.find(kid, settings.keyCaller));
  const verifySignature = await key.load();
  if (verifySignature === undefined) throw unknownKey(kid, 'it is not a point on the curve P-256');
  if (!(await verifySignature(signature, signedBytes))) throw invalidSignature(kid);
  // Check the times again: the token may have expired during the key fetch.
  const startsAt = checkTimes(checked, claims, settings.rules.clockToleranceMs);
  const auth = readAuth(checked, claims);
  const revocable = settings.rules.maxTokenSeconds === undefined ? undefined : await makeRevocable(auth, signedBytes);
  const result = { auth, startsAt, key, source, revocable };
  settings.cache.add(token, result);
  return { result, fromCache: false };
}

function invalidSignature(kid: string): ToriiAuthError {
  return refusal('signature_invalid', 'The signature of the token is not valid.', { kid });
}
