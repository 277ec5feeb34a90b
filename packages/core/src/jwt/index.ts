import { type CryptoKey, compactVerify, errors, importJWK, importSPKI } from 'jose';
import { type Claims, claimOf, readForeignAuth } from '../auth.ts';
import { ToriiAuthError, ToriiConfigError } from '../errors.ts';
import type { JWK } from '../keys/jwks.ts';
import { shareKeySets } from '../keys/key-sources.ts';
import { unknownKey } from '../keys/remote-key-set.ts';
import { malformed, parseToken, refuseExtensions } from '../token/parse.ts';
import { type Verifier, verifierOver } from '../verifier.ts';
import { checkJwtClaims } from './claims.ts';
import { ForeignKey, noKeyId, parseForeignKeySet } from './keys.ts';
import { type JwtOptions, type JwtSettings, readJwtOptions } from './options.ts';

export type { JwtAlgorithm, JwtClaimNames, JwtOptions } from './options.ts';

/** Options with which every request needs a token, so that there is always an Auth. */
export type StrictJwtOptions<Custom extends object = Claims> = JwtOptions<Custom> & {
  readonly publicPaths?: never;
  readonly allowPreflight?: false;
};

/**
 * Makes a verifier of tokens that are not Torii's: signed by yourself with a shared secret, or by somebody whose public
 * keys you have. It goes wherever a verifier goes. What only Torii's tokens have is null in the Auth.
 *
 * @example
 * const verifier = createJwtVerifier({ secret: process.env.JWT_SECRET, algorithms: ['HS256'] });
 * app.use(requireAuth(verifier));
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function createJwtVerifier<Custom extends object = Claims>(
  options: StrictJwtOptions<Custom>,
): Verifier<Custom, never>;
export function createJwtVerifier<Custom extends object = Claims>(options: JwtOptions<Custom>): Verifier<Custom>;
export function createJwtVerifier(options: JwtOptions): Verifier {
  const settings = readJwtOptions(options);
  const findKey = keyFinderOf(settings);
  return verifierOver({
    ...settings,
    async verify(token) {
      const { header, claims } = parseToken(token);
      const algorithm = algorithmOf(header, settings);
      const kid = keyIdOf(header);
      checkJwtClaims(claims, settings.rules);
      await verifySignature(token, await findKey(kid, algorithm), algorithm);
      // Once more: fetching a key may have taken seconds, and the token may have ended meanwhile.
      const auth = readForeignAuth(checkJwtClaims(claims, settings.rules), claims);
      return { result: { auth }, fromCache: false };
    },
  });
}

// From configuration alone (RFC 8725 3.1), and before any key is looked up.
function algorithmOf(header: Claims, { algorithms }: JwtSettings): string {
  const algorithm = claimOf(header, 'alg');
  if (typeof algorithm !== 'string' || !algorithms.has(algorithm)) {
    throw new ToriiAuthError('algorithm_refused', 'The token is not signed in a way that is accepted here.');
  }
  refuseExtensions(header);
  return algorithm;
}

function keyIdOf(header: Claims): string | undefined {
  const kid = claimOf(header, 'kid');
  if (kid === undefined || (typeof kid === 'string' && kid !== '')) return kid;
  throw malformed('The token does not name its key.');
}

/** The key that a token names, or the only one; for an algorithm that the token may be signed with. */
type FindKey = (kid: string | undefined, algorithm: string) => Promise<CryptoKey | Uint8Array>;

async function verifySignature(token: string, key: CryptoKey | Uint8Array, algorithm: string): Promise<void> {
  try {
    await compactVerify(token, key, { algorithms: [algorithm] });
  } catch (cause) {
    throw refusalFor(cause);
  }
}

function keyFinderOf({ source, maxStaleMs, emit }: JwtSettings): FindKey {
  switch (source.kind) {
    case 'secret':
      return async () => source.secret;
    case 'pem':
      return pemFinder(source.pem);
    case 'jwk': {
      const key = new ForeignKey([source.jwk]);
      return async (_kid, algorithm) => {
        const imported = await importServing(key, noKeyId, algorithm);
        if (imported === undefined) throw new ToriiConfigError('key', '`key` cannot be used to verify tokens.');
        return imported;
      };
    }
    case 'set': {
      const { keys } = source;
      return async (kid = noKeyId, algorithm) => usable(keys.get(kid), kid, algorithm);
    }
    case 'url': {
      const keys = keySetFor(source.url, source.fetch);
      return async (kid = noKeyId, algorithm) =>
        usable(keys.peek(kid) ?? (await keys.find(kid, maxStaleMs, emit)), kid, algorithm);
    }
  }
}

const keySetFor = shareKeySets(parseForeignKeySet);

async function usable(key: ForeignKey | undefined, kid: string, algorithm: string): Promise<CryptoKey> {
  if (key === undefined) throw unknownKey(kid);
  const imported = await importServing(key, kid, algorithm);
  if (imported === undefined) throw unknownKey(kid);
  return imported;
}

const imports = new WeakMap<JWK, Map<string, Promise<CryptoKey | undefined>>>();

/** Made ready once for each algorithm. Undefined for a key that is none, such as a point that is not on its curve. */
async function importServing(key: ForeignKey, kid: string, algorithm: string): Promise<CryptoKey | undefined> {
  const jwk = key.serving(algorithm);
  if (jwk === undefined) throw unknownKey(kid);
  const byAlgorithm = imports.get(jwk) ?? new Map<string, Promise<CryptoKey | undefined>>();
  imports.set(jwk, byAlgorithm);
  const imported = byAlgorithm.get(algorithm) ?? importJwk(jwk, algorithm);
  byAlgorithm.set(algorithm, imported);
  return imported;
}

async function importJwk(jwk: JWK, algorithm: string): Promise<CryptoKey | undefined> {
  // Rebuilt from its numbers: `key_ops`, `ext` or `use` of somebody else's making cannot get in the way.
  const numbers = ['kty', 'crv', 'x', 'y', 'n', 'e'].filter((member) => Object.hasOwn(jwk, member));
  try {
    const key = await importJWK(Object.fromEntries(numbers.map((member) => [member, jwk[member]])), algorithm);
    return key instanceof Uint8Array ? undefined : key;
  } catch {
    return undefined;
  }
}

function pemFinder(pem: string): FindKey {
  const imported = new Map<string, Promise<CryptoKey>>();
  return (_kid, algorithm) => {
    const key = imported.get(algorithm) ?? importPem(pem, algorithm);
    imported.set(algorithm, key);
    return key;
  };
}

async function importPem(pem: string, algorithm: string): Promise<CryptoKey> {
  try {
    return await importSPKI(pem, algorithm);
  } catch {
    // Without the cause, which may quote the key.
    throw new ToriiConfigError('key', `\`key\` is no public key for ${algorithm}.`);
  }
}

function refusalFor(cause: unknown): ToriiAuthError {
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return new ToriiAuthError('signature_invalid', 'The signature of the token is not valid.');
  }
  if (cause instanceof errors.JWSInvalid) return malformed('The token cannot be read.');
  // A key that jose does not take, such as one of RSA that is too small.
  return new ToriiAuthError('key_unknown', 'The token does not name a key that can be used.', { cause });
}
