import { loadKey } from '#ecdsa';
import { type Claims, claimOf, isJsonObject } from '../auth.ts';
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

const maxKeys = 1000;
// Members of private and symmetric keys, which are refused: EC (RFC 7518 6.2.2), RSA (6.3.2), symmetric (6.4.1), ML-DSA.
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

export function parseKeySet(value: unknown, previous: KeysById = new Map()): KeysById {
  return keysById(listKeys(value), (jwk, kid) => {
    return canVerifyEs256(jwk) ? keyFrom(kid, jwk, previous.get(kid)) : undefined;
  });
}

export function listKeys(value: unknown): readonly Claims[] {
  const list = isJsonObject(value) ? claimOf(value, 'keys') : undefined;
  if (!Array.isArray(list)) throw new KeySetError('the response is not a key set');
  if (list.length > maxKeys) throw new KeySetError(`the key set has more than ${maxKeys} keys`);
  const entries = list.filter(isJsonObject);
  if (entries.some(holdsSecret)) {
    throw new KeySetError('the key set contains a private key');
  }
  return entries;
}

export function keysById<Key>(
  entries: readonly Claims[],
  make: (jwk: Claims, kid: string) => Key | undefined,
): Map<string, Key> {
  const keys = new Map<string, Key>();
  const seen = new Set<unknown>();
  for (const jwk of entries) {
    const kid = claimOf(jwk, 'kid');
    if (typeof kid !== 'string' || kid === '') continue;
    // Two keys with the same `kid` are ambiguous, so both are skipped.
    const key = seen.has(kid) ? undefined : make(jwk, kid);
    if (key === undefined) keys.delete(kid);
    else keys.set(kid, key);
    seen.add(kid);
  }
  return keys;
}

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
