import { loadKey } from '#ecdsa';
import { type Claims, claimOf, isJsonObject } from '../auth.ts';
import type { VerifySignature } from './signature.ts';

/** A key set as an issuer publishes it (RFC 7517 5). */
export interface JsonWebKeySet {
  readonly keys: readonly JsonWebKeyLike[];
}

/** A JSON Web Key (RFC 7517 4), of whatever kind. */
export interface JsonWebKeyLike {
  readonly kty?: string;
  readonly kid?: string;
  readonly [member: string]: unknown;
}

/** One key of a set. It is made ready when a token first needs it, and once. */
export interface SetKey {
  readonly kid: string;
  readonly x: string;
  readonly y: string;
  /** Undefined for a point that is not on the curve: such a key verifies nothing. */
  load(): Promise<VerifySignature | undefined>;
}

/** Why an answer is not a key set to be used. The message is ours and safe to log. */
export class KeySetError extends Error {}

/** The usable keys of a set by id. */
export type KeysById = ReadonlyMap<string, SetKey>;

const maxKeys = 1000;
/** Members that hold the secret half of a key: EC (RFC 7518 6.2.2), RSA (6.3.2), symmetric (6.4.1), ML-DSA. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/**
 * The keys of a set that can verify an ES256 token. Keys of another kind or use are passed over. A key id that stands
 * twice is worth nothing, since nothing tells which of the two is meant.
 *
 * @throws KeySetError for what is not a key set, is far too large, or holds a secret: whoever publishes one has lost it
 */
export function parseKeySet(value: unknown, previous: KeysById = new Map()): KeysById {
  return keysById(listKeys(value), (jwk, kid) => {
    return canVerifyEs256(jwk) ? keyFrom(kid, jwk, previous.get(kid)) : undefined;
  });
}

/**
 * The keys of a set, of whatever kind.
 *
 * @throws KeySetError as {@link parseKeySet} does
 */
export function listKeys(value: unknown): readonly Claims[] {
  const list = isJsonObject(value) ? claimOf(value, 'keys') : undefined;
  if (!Array.isArray(list)) throw new KeySetError('the answer is not a key set');
  if (list.length > maxKeys) throw new KeySetError(`the key set has more than ${maxKeys} keys`);
  const entries = list.filter(isJsonObject);
  if (entries.some(holdsSecret)) {
    throw new KeySetError('the key set holds a private key');
  }
  return entries;
}

/** What is made of each key by its id. One that stands twice is left out, and so is what nothing was made of. */
export function keysById<Key>(
  entries: readonly Claims[],
  make: (jwk: Claims, kid: string) => Key | undefined,
): Map<string, Key> {
  const keys = new Map<string, Key>();
  const seen = new Set<unknown>();
  for (const jwk of entries) {
    const kid = claimOf(jwk, 'kid');
    if (typeof kid !== 'string' || kid === '') continue;
    const key = seen.has(kid) ? undefined : make(jwk, kid);
    if (key === undefined) keys.delete(kid);
    else keys.set(kid, key);
    seen.add(kid);
  }
  return keys;
}

/** True for a key that must not leave its owner: a private or symmetric one. */
export function holdsSecret(jwk: object): boolean {
  return secretMembers.some((member) => Object.hasOwn(jwk, member));
}

function canVerifyEs256(jwk: Claims): boolean {
  return (
    claimOf(jwk, 'kty') === 'EC' &&
    claimOf(jwk, 'crv') === 'P-256' &&
    typeof claimOf(jwk, 'x') === 'string' &&
    typeof claimOf(jwk, 'y') === 'string' &&
    mayVerify(jwk, 'ES256')
  );
}

/** False for a key that is meant for something else: to encrypt, to sign, or with another algorithm. */
export function mayVerify(jwk: Claims, algorithm: string): boolean {
  const [use, operations, meant] = [claimOf(jwk, 'use'), claimOf(jwk, 'key_ops'), claimOf(jwk, 'alg')];
  return (
    (use === undefined || use === 'sig') &&
    (meant === undefined || meant === algorithm) &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

// The same key of the set before is kept: it need not be imported again, and what it verified stays verified.
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
