import { loadKey } from '#ecdsa';
import { type Claims, claimOf, isJsonObject } from '../auth.ts';
import type { VerifierEventListener } from '../events.ts';
import { loggable } from '../logs/loggable.ts';
import { isOnCurve, p256 } from './curve-point.ts';
import type { VerifySignature } from './signature.ts';

/** A key set (JWKS) as an issuer publishes it (RFC 7517 section 5). */
export interface JSONWebKeySet {
  readonly keys: readonly JWK[];
}

/** A JSON Web Key of any type (RFC 7517 section 4). */
export interface JWK {
  readonly kty?: string;
  readonly kid?: string;
  readonly [member: string]: unknown;
}

export interface SetKey {
  readonly kid: string;
  readonly x: string;
  readonly y: string;
  load(): Promise<VerifySignature | undefined>;
}

/** The key set could not be fetched or is invalid. The message is safe to log. */
export class KeySetError extends Error {}

export type KeysById = ReadonlyMap<string, SetKey>;

/** Called for each key that is left out. `kid` is not safe to log. */
export type OnIgnored = (kid: unknown, problem: string) => void;

/** @param url The URL of the key set. `undefined` for keys that were passed as an option. */
export function ignoredKeyReporter(emit: VerifierEventListener, url?: string): OnIgnored {
  return (kid, problem) =>
    emit({ type: 'key_ignored', url, kid: kid === undefined ? undefined : loggable(kid), problem });
}

const maxKeys = 1000;
// Members of private and symmetric keys, which are refused: EC (RFC 7518 6.2.2), RSA (6.3.2), symmetric (6.4.1), ML-DSA.
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
// Required members of public keys (RFC 7518 6.2.1, 6.3.1, RFC 8037 section 2).
const publicMembers: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['EC', ['crv', 'x', 'y']],
  ['RSA', ['n', 'e']],
  ['OKP', ['crv', 'x']],
]);

export function parseKeySet(value: unknown, onIgnored: OnIgnored, previous: KeysById = new Map()): KeysById {
  return keysById(listKeys(value, onIgnored), onIgnored, (jwk, kid) => {
    return canVerifyEs256(jwk) ? keyFrom(kid, jwk, previous.get(kid)) : undefined;
  });
}

/**
 * Parses a key set that was passed as an option. A key that is not on its curve is noticed here: the first token would
 * notice it too late.
 */
export function parseFixedKeySet(value: unknown, onIgnored: OnIgnored): KeysById {
  const keys = new Map(parseKeySet(value, onIgnored));
  for (const { kid, x, y } of keys.values()) {
    if (isOnCurve(p256, x, y)) continue;
    keys.delete(kid);
    onIgnored(kid, 'its point is not on the curve');
  }
  return keys;
}

/** Parses a key set that was passed as an option. Throws a KeySetError if no key can be used. */
export function parseOwnKeys<Key>(
  set: unknown,
  parse: (set: unknown, onIgnored: OnIgnored) => ReadonlyMap<string, Key>,
  emit: VerifierEventListener,
): ReadonlyMap<string, Key> {
  const ignored: Parameters<OnIgnored>[] = [];
  const keys = parse(set, (...key) => ignored.push(key));
  const [first] = ignored;
  if (keys.size === 0) throw new KeySetError(`no key can be used${first ? `: ${first[1]}` : ''}`);
  for (const [kid, problem] of ignored) ignoredKeyReporter(emit)(kid, problem);
  return keys;
}

interface ListedKey {
  readonly kid: unknown;
  /** `undefined` if the key is left out, because it cannot be read. */
  readonly jwk: Claims | undefined;
}

export function listKeys(value: unknown, onIgnored: OnIgnored): readonly ListedKey[] {
  const list = claimOf(value, 'keys');
  if (!Array.isArray(list)) throw new KeySetError('the response is not a key set');
  if (list.length > maxKeys) throw new KeySetError(`the key set has more than ${maxKeys} keys`);
  const entries: readonly unknown[] = [...list];
  if (entries.some(holdsSecret)) throw new KeySetError('the key set contains a private key');
  return entries.map((entry) => {
    const kid = claimOf(entry, 'kid');
    const problem = problemOfKey(entry);
    if (problem === undefined) return { kid, jwk: entry as Claims };
    onIgnored(kid, problem);
    return { kid, jwk: undefined };
  });
}

export function keysById<Key>(
  listed: readonly ListedKey[],
  onIgnored: OnIgnored,
  make: (jwk: Claims, kid: string) => Key | undefined,
): Map<string, Key> {
  const keys = new Map<string, Key>();
  const seen = new Set<unknown>();
  for (const { kid, jwk } of listed) {
    if (typeof kid !== 'string' || kid === '') continue;
    // Two keys with the same `kid` are ambiguous, so both are skipped, even if one of them cannot be read.
    const isRepeated = seen.has(kid);
    if (isRepeated) onIgnored(kid, 'another key has the same `kid`');
    const key = isRepeated || jwk === undefined ? undefined : make(jwk, kid);
    if (key === undefined) keys.delete(kid);
    else keys.set(kid, key);
    seen.add(kid);
  }
  return keys;
}

/** Whether a value is a private or a shared key. A null member does not count: some libraries write all members of a key. */
export function holdsSecret(jwk: unknown): boolean {
  return secretMembers.some((member) => (claimOf(jwk, member) ?? null) !== null);
}

/** Why a public key cannot be read, or `undefined`. Checks the types of its members only: its point may not be on the curve. */
export function problemOfKey(jwk: unknown): string | undefined {
  if (!isJsonObject(jwk)) return 'it is not an object';
  const texts = ['kty', ...(publicMembers.get(claimOf(jwk, 'kty')) ?? [])];
  if (claimOf(jwk, 'kid') !== undefined) texts.push('kid');
  const wrong =
    Object.keys(jwk).find((member) => jwk[member] === null) ??
    texts.find((member) => typeof claimOf(jwk, member) !== 'string' || jwk[member] === '');
  return wrong === undefined ? undefined : `its member ${loggable(wrong)} is missing, null, empty or not a string`;
}

function canVerifyEs256(jwk: Claims): boolean {
  return claimOf(jwk, 'kty') === 'EC' && claimOf(jwk, 'crv') === 'P-256' && mayVerify(jwk, 'ES256');
}

export function mayVerify(jwk: Claims, algorithm: string): boolean {
  const [use, operations, meant] = [claimOf(jwk, 'use'), claimOf(jwk, 'key_ops'), claimOf(jwk, 'alg')];
  return (
    (use === undefined || use === 'sig') &&
    (meant === undefined || meant === algorithm) &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

// An unchanged key stays the same object: it is not imported again, and cached tokens that it verified stay valid.
function keyFrom(kid: string, jwk: Claims, previous: SetKey | undefined): SetKey {
  const [x, y] = [String(jwk['x']), String(jwk['y'])];
  if (previous !== undefined && previous.x === x && previous.y === y) return previous;
  let loaded: Promise<VerifySignature | undefined> | undefined;
  const load = (): Promise<VerifySignature | undefined> => {
    loaded ??= loadKey({ x, y }).catch(() => undefined);
    return loaded;
  };
  return { kid, x, y, load };
}
