import { type CryptoKey, compactVerify, errors, importJWK } from 'jose';
import { type Claims, claimOf, readForeignAuth } from '../auth.ts';
import { ToriiAuthError, ToriiConfigError } from '../errors.ts';
import type { JWK } from '../keys/jwks.ts';
import { unknownKey } from '../keys/remote-key-set.ts';
import { loggableCause } from '../logs/cause.ts';
import { assertNoSecond } from '../options/reader.ts';
import { withoutTrailingSlash } from '../token/claims.ts';
import { malformed, parseToken, refuseExtensions } from '../token/parse.ts';
import { type Verifier, verifierWith } from '../verifier.ts';
import { checkJwtClaims } from './claims.ts';
import { problemOfNumbers } from './key-numbers.ts';
import { KeyChoices, noKeyId } from './keys.ts';
import { type JwtOptions, type JwtSettings, readJwtOptions } from './options.ts';

export type { Auth, Claims, JSONWebKeySet, JWK, Verifier } from '../index.ts';
export type { JwtAlgorithm, JwtClaimNames, JwtOptions } from './options.ts';

/** Options with which every request needs a token, so `authenticate` never returns `null`. */
export type StrictJwtOptions<Custom extends object = Claims> = JwtOptions<Custom> & {
  readonly publicPaths?: never;
  readonly allowPreflight?: false;
};

/**
 * Creates a verifier for tokens that Torii did not issue: signed with your own shared secret, or by an issuer whose public
 * keys you have. Use it in place of a verifier from `createVerifier`. In the Auth, `environmentId` and `organization` are
 * `null`, and `issuer` and `issuedAt` are `null` if the token lacks the claim. Verified tokens are not cached.
 * @example
 * const verifier = createJwtVerifier({ secret: process.env.JWT_SECRET, algorithms: ['HS256'] });
 * app.use(requireAuth(verifier));
 * @throws ToriiConfigError if an option is wrong. The message says what to write.
 */
export function createJwtVerifier<Custom extends object = Claims>(
  options: StrictJwtOptions<Custom>,
): Verifier<Custom, never>;
export function createJwtVerifier<Custom extends object = Claims>(options: JwtOptions<Custom>): Verifier<Custom>;
export function createJwtVerifier(options: JwtOptions, unexpected?: unknown): Verifier {
  assertNoSecond('createJwtVerifier', unexpected);
  const settings = readJwtOptions(options);
  const findKey = keyFinderOf(settings);
  const issuers = [...(settings.rules.issuers ?? [])].map(withoutTrailingSlash);
  return verifierWith(
    { ...settings, issuers, approves: false, isKnown: undefined, refuseRevoked: undefined },
    async (token, parsed) => {
      const { header, claims } = parsed ?? parseToken(token);
      const algorithm = algorithmOf(header, settings);
      const kid = keyIdOf(header);
      checkJwtClaims(claims, settings.rules);
      await verifySignature(token, await findKey(kid, algorithm), algorithm);
      // Check the claims again: the token may have expired during the key fetch.
      const auth = readForeignAuth(checkJwtClaims(claims, settings.rules), claims);
      return { result: { auth }, fromCache: false };
    },
  );
}

// Refuses algorithms that are not configured, before a key is looked up (RFC 8725 3.1).
function algorithmOf(header: Claims, { algorithms }: JwtSettings): string {
  const algorithm = claimOf(header, 'alg');
  if (typeof algorithm !== 'string' || !algorithms.has(algorithm)) {
    throw new ToriiAuthError('algorithm_refused', 'The token is signed with an algorithm that is not accepted.');
  }
  refuseExtensions(header);
  return algorithm;
}

function keyIdOf(header: Claims): string | undefined {
  const kid = claimOf(header, 'kid');
  if (kid === undefined || (typeof kid === 'string' && kid !== '')) return kid;
  throw malformed('The token does not name its key.');
}

type FindKey = (kid: string | undefined, algorithm: string) => Promise<CryptoKey | Uint8Array>;

async function verifySignature(token: string, key: CryptoKey | Uint8Array, algorithm: string): Promise<void> {
  try {
    await compactVerify(token, key, { algorithms: [algorithm] });
  } catch (cause) {
    throw refusalFor(cause);
  }
}

function keyFinderOf({ source, keyCaller }: JwtSettings): FindKey {
  switch (source.kind) {
    case 'secret':
      return async () => source.secret;
    case 'jwk': {
      const key = new KeyChoices([source.jwk]);
      return async (_kid, algorithm) => {
        const imported = await importOnly(key, noKeyId, algorithm);
        if (imported === undefined)
          throw new ToriiConfigError('key', '`key` is not a valid key, so no token can be verified.');
        return imported;
      };
    }
    case 'set': {
      const { keys } = source;
      return async (kid = noKeyId, algorithm) => importNamed(keys.get(kid), kid, algorithm);
    }
    case 'url': {
      const { keys } = source;
      return async (kid = noKeyId, algorithm) =>
        importNamed(keys.peek(kid) ?? (await keys.find(kid, keyCaller)), kid, algorithm);
    }
  }
}

async function importNamed(key: KeyChoices | undefined, kid: string, algorithm: string): Promise<CryptoKey> {
  if (key === undefined) throw unknownKey(kid);
  const imported = await importOnly(key, kid, algorithm);
  if (imported === undefined) throw unknownKey(kid, 'it cannot be imported');
  return imported;
}

const imports = new WeakMap<JWK, Map<string, Promise<CryptoKey | undefined>>>();

async function importOnly(key: KeyChoices, kid: string, algorithm: string): Promise<CryptoKey | undefined> {
  const jwk = key.only(algorithm);
  if (jwk === undefined) throw unknownKey(kid, 'none of its keys, or more than one, fits the algorithm');
  const byAlgorithm = imports.get(jwk) ?? new Map<string, Promise<CryptoKey | undefined>>();
  imports.set(jwk, byAlgorithm);
  const imported = byAlgorithm.get(algorithm) ?? importJwk(jwk, algorithm);
  byAlgorithm.set(algorithm, imported);
  return imported;
}

async function importJwk(jwk: JWK, algorithm: string): Promise<CryptoKey | undefined> {
  // With an RSA exponent of 1, anyone can sign, and neither jose nor Web Crypto refuses such a key.
  if (problemOfNumbers(jwk) !== undefined) return undefined;
  // Omit the other members: because of `key_ops`, `ext` or `use`, the import can fail for a valid key.
  const members = ['kty', 'crv', 'x', 'y', 'n', 'e'].filter((member) => Object.hasOwn(jwk, member));
  try {
    const key = await importJWK(Object.fromEntries(members.map((member) => [member, jwk[member]])), algorithm);
    return ArrayBuffer.isView(key) ? undefined : key;
  } catch {
    return undefined;
  }
}

function refusalFor(cause: unknown): ToriiAuthError {
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return new ToriiAuthError('signature_invalid', 'The signature of the token is not valid.');
  }
  if (cause instanceof errors.JWSInvalid) return malformed('The token cannot be read.');
  return new ToriiAuthError('key_unknown', 'The key that the token names is not usable.', {
    cause: loggableCause(cause),
  });
}
