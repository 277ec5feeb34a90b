import { type Claims, claimOf } from '../auth.ts';
import { type JWK, keysById, listKeys, mayVerify } from '../keys/jwks.ts';

/**
 * The `kid` under which the map stores all keys of a set, for tokens without a `kid`. A token cannot name it: an empty `kid`
 * is refused.
 */
export const noKeyId = '';

/**
 * The public keys that may have signed a token: the key with the `kid` of the token, or all keys of the set if the token has
 * no `kid`.
 */
export class KeyChoices {
  /** The keys, by their JSON text. An unchanged key stays the same object after a refresh, so it is not imported again. */
  readonly jwks: ReadonlyMap<string, JWK>;

  constructor(jwks: Iterable<Claims>, known: ReadonlyMap<string, JWK> = new Map()) {
    const texts = Array.from(jwks, (jwk) => JSON.stringify(jwk));
    this.jwks = new Map(texts.map((text) => [text, known.get(text) ?? JSON.parse(text)]));
  }

  /**
   * Returns the key that fits an algorithm, or `undefined` if none or more than one fits, because a choice would be a guess.
   */
  only(algorithm: string): JWK | undefined {
    const [found, second] = [...this.jwks.values()].filter((jwk) => fits(jwk, algorithm));
    return second === undefined ? found : undefined;
  }
}

/** Parses a key set. A `kid` that two keys share is ambiguous, so tokens that name it are refused. */
export function parseJwtKeySet(
  value: unknown,
  previous: ReadonlyMap<string, KeyChoices> = new Map(),
): ReadonlyMap<string, KeyChoices> {
  const entries = listKeys(value);
  const all = new KeyChoices(entries, previous.get(noKeyId)?.jwks);
  const keys = keysById(entries, (jwk) => new KeyChoices([jwk], all.jwks));
  if (entries.length > 0) keys.set(noKeyId, all);
  return keys;
}

/** Whether a key has the type that an algorithm needs (RFC 7518 3.1, RFC 8037 3.1) and may be used for it. */
export function fits(jwk: JWK, algorithm: string): boolean {
  const [kty, crv] = keyTypeFor(algorithm);
  return claimOf(jwk, 'kty') === kty && (crv === undefined || claimOf(jwk, 'crv') === crv) && mayVerify(jwk, algorithm);
}

function keyTypeFor(algorithm: string): readonly [kty: string, crv: string | undefined] {
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
