import { type Claims, claimOf } from '../auth.ts';
import { type JWK, keysById, listKeys, mayVerify } from '../keys/jwks.ts';

/** The id under which a set has all its keys, for tokens that name none. No token names it: an empty `kid` is refused. */
export const noKeyId = '';

/** One public key, or several where none is named. */
export class ForeignKey {
  /** By their JSON, so that a key which is still the same one is the same object, and need not be made ready again. */
  readonly jwks: ReadonlyMap<string, JWK>;

  constructor(jwks: Iterable<Claims>, known: ReadonlyMap<string, JWK> = new Map()) {
    const texts = Array.from(jwks, (jwk) => JSON.stringify(jwk));
    this.jwks = new Map(texts.map((text) => [text, known.get(text) ?? JSON.parse(text)]));
  }

  /** The one key that serves an algorithm; undefined for none, and for several, since nothing tells which is meant. */
  serving(algorithm: string): JWK | undefined {
    const [found, second] = [...this.jwks.values()].filter((jwk) => serves(jwk, algorithm));
    return second === undefined ? found : undefined;
  }
}

/**
 * The keys of a set by id, of whatever kind. One whose id stands twice is worth nothing to a token that names it.
 *
 * @throws KeySetError as `parseKeySet` does
 */
export function parseForeignKeySet(
  value: unknown,
  previous: ReadonlyMap<string, ForeignKey> = new Map(),
): ReadonlyMap<string, ForeignKey> {
  const entries = listKeys(value);
  const all = new ForeignKey(entries, previous.get(noKeyId)?.jwks);
  const keys = keysById(entries, (jwk) => new ForeignKey([jwk], all.jwks));
  if (entries.length > 0) keys.set(noKeyId, all);
  return keys;
}

/** Whether a key is of the kind that an algorithm needs (RFC 7518 3.1, RFC 8037 3.1), and not meant for another. */
export function serves(jwk: JWK, algorithm: string): boolean {
  const [kty, crv] = kindFor(algorithm);
  return claimOf(jwk, 'kty') === kty && (crv === undefined || claimOf(jwk, 'crv') === crv) && mayVerify(jwk, algorithm);
}

function kindFor(algorithm: string): readonly [kty: string, crv: string | undefined] {
  switch (algorithm) {
    case 'ES256':
      return ['EC', 'P-256'];
    case 'ES384':
      return ['EC', 'P-384'];
    case 'ES512':
      return ['EC', 'P-521'];
    case 'EdDSA':
    case 'Ed25519':
      return ['OKP', 'Ed25519'];
    default:
      return ['RSA', undefined];
  }
}
