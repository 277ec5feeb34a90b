import { type Claims, claimOf } from '../auth.ts';
import { type JWK, keysById, listKeys, mayVerify, type OnIgnored } from '../keys/jwks.ts';

// The id for all keys of a set, used if a token has no `kid`. No token can name this id: an empty `kid` is refused.
export const noKeyId = '';

export class KeyChoices {
  /** The keys by their JSON text. A refresh keeps the object of an unchanged key, so that the key is not imported again. */
  readonly jwks: ReadonlyMap<string, JWK>;

  constructor(jwks: Iterable<Claims>, known: ReadonlyMap<string, JWK> = new Map()) {
    const texts = Array.from(jwks, (jwk) => JSON.stringify(jwk));
    this.jwks = new Map(texts.map((text) => [text, known.get(text) ?? JSON.parse(text)]));
  }

  only(algorithm: string): JWK | undefined {
    const [found, second] = [...this.jwks.values()].filter((jwk) => fits(jwk, algorithm));
    return second === undefined ? found : undefined;
  }
}

export function parseJwtKeySet(
  value: unknown,
  onIgnored: OnIgnored,
  previous: ReadonlyMap<string, KeyChoices> = new Map(),
): ReadonlyMap<string, KeyChoices> {
  const listed = listKeys(value, onIgnored);
  const readable = listed.flatMap(({ kid, jwk }) => (jwk === undefined ? [] : [{ kid, jwk }]));
  const { jwks } = new KeyChoices(jwksOf(readable), previous.get(noKeyId)?.jwks);
  const keys = keysById(listed, onIgnored, (jwk) => new KeyChoices([jwk], jwks));
  // A key whose `kid` occurs twice verifies no token, not even one without a `kid`.
  const unique = readable.filter(({ kid }) => typeof kid !== 'string' || keys.has(kid));
  if (unique.length > 0) keys.set(noKeyId, new KeyChoices(jwksOf(unique), jwks));
  return keys;
}

function jwksOf(keys: readonly { readonly jwk: Claims }[]): Claims[] {
  return keys.map(({ jwk }) => jwk);
}

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
