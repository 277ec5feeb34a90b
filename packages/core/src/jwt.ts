import {
  type CompactVerifyGetKey,
  type CryptoKey,
  compactVerify,
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  importSPKI,
} from 'jose';
import { type Claims, claimOf, readForeignAuth } from './auth.ts';
import { ToriiAuthError, ToriiConfigError, ToriiError, ToriiUnavailableError } from './errors.ts';
import { holdsSecret, KeySetError } from './jwks.ts';
import { checkJwtClaims } from './jwt-claims.ts';
import { type JwtKeySource, type JwtOptions, type JwtSettings, readJwtOptions } from './jwt-options.ts';
import { type Fetch, fetchKeySet } from './key-endpoint.ts';
import { malformed, parseToken, refuseExtensions } from './token.ts';
import { type Verifier, verifierOver } from './verifier.ts';

export type { JwtAlgorithm, JwtClaimNames, JwtOptions } from './jwt-options.ts';

/** Options with which every request needs a token, so that there is always an Auth. */
export type StrictJwtOptions<Custom extends object = Claims> = JwtOptions<Custom> & {
  readonly skip?: never;
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
  const verifySignature = signatureVerifierOf(settings.source);
  return verifierOver({
    ...settings,
    async verify(token) {
      const { header, claims } = parseToken(token);
      const algorithm = algorithmOf(header, settings);
      checkJwtClaims(claims, settings.rules);
      await verifySignature(token, algorithm);
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
  const kid = claimOf(header, 'kid');
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) throw malformed('The token does not name its key.');
  return algorithm;
}

/** Rejects where the signature is not good. */
type VerifySignature = (token: string, algorithm: string) => Promise<unknown>;

function signatureVerifierOf(source: JwtKeySource): VerifySignature {
  const find = keyFinderOf(source);
  return async (token, algorithm) => {
    try {
      await compactVerify(token, find, { algorithms: [algorithm] });
    } catch (cause) {
      throw refusalFor(cause, source);
    }
  };
}

function keyFinderOf(source: JwtKeySource): CompactVerifyGetKey {
  switch (source.kind) {
    case 'secret':
      return () => source.secret;
    case 'pem':
      return pemFinder(source.pem);
    case 'jwk': {
      // jose picks by type, curve, `alg`, `use` and `key_ops`; by `kid` only where there are several to pick from.
      const find = createLocalJWKSet({ keys: [{ ...source.jwk }] });
      return ({ alg }, token) => find({ alg }, token);
    }
    case 'set':
      return createLocalJWKSet({ keys: [...source.set.keys] });
    case 'url':
      return remoteFinder(source.url, source.fetch);
  }
}

function pemFinder(pem: string): CompactVerifyGetKey {
  const imported = new Map<string, Promise<CryptoKey>>();
  return ({ alg }) => {
    const key = imported.get(alg) ?? importPem(pem, alg);
    imported.set(alg, key);
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

/** After a failed fetch: how long others are told so at once, so that an endpoint that is down is not stormed. */
const retryAfterMs = 1_000;

// Renewed every five minutes, at once for a key id that is new, and at most twice a minute for one that is not found.
function remoteFinder(url: string, fetch: Fetch = globalThis.fetch): CompactVerifyGetKey {
  let failedAt = Number.NEGATIVE_INFINITY;
  return createRemoteJWKSet(new URL(url), {
    cacheMaxAge: 300_000,
    cooldownDuration: 30_000,
    [customFetch]: async () => {
      if (performance.now() - failedAt < retryAfterMs) throw unavailable(new KeySetError('it failed a moment ago'));
      try {
        const set: unknown = await fetchKeySet(url, fetch);
        requirePublic(set);
        return Response.json(set);
      } catch (cause) {
        failedAt = performance.now();
        throw unavailable(cause);
      }
    },
  });
}

// Whoever publishes a private key has lost it.
function requirePublic(set: unknown): void {
  const keys: unknown = typeof set === 'object' && set !== null ? Reflect.get(set, 'keys') : undefined;
  if (!Array.isArray(keys)) throw new KeySetError('the answer is not a key set');
  if (keys.some((jwk) => holdsSecret(Object(jwk)))) throw new KeySetError('the key set holds a private key');
}

function unavailable(cause: unknown): ToriiUnavailableError {
  return new ToriiUnavailableError('keys_unavailable', 'The keys that tokens are verified with cannot be had.', {
    cause,
  });
}

function refusalFor(cause: unknown, { kind }: JwtKeySource): Error {
  if (cause instanceof ToriiError) return cause;
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return new ToriiAuthError('signature_invalid', 'The signature of the token is not valid.');
  }
  if (cause instanceof errors.JWSInvalid) return malformed('The token cannot be read.');
  if (cause instanceof errors.JWKSTimeout || cause instanceof errors.JWKSInvalid) return unavailable(cause);
  const isNotFound = cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys;
  // One key that cannot be used is a mistake of the app's; one of many may be meant for somebody else.
  if (kind === 'jwk' && !isNotFound)
    return new ToriiConfigError('key', '`key` cannot be used to verify tokens.', { cause });
  return new ToriiAuthError('key_unknown', 'The token does not name a key that can be used.', { cause });
}
