import type { Auth, Claims } from './auth.ts';
import { authenticateToken } from './authenticate.ts';
import { readKnownOptions } from './options/reader.ts';
import { readVerifyOptions, type VerifyOptions, verifyOptionNames } from './options/verify-options.ts';
import { TokenCache } from './token/token-cache.ts';
import { verify } from './token/verify.ts';

/** Decides whose token it is, wherever it came from. */
export interface TokenVerifier<Custom extends object = Claims> {
  /**
   * Verifies a token alone.
   *
   * @throws ToriiAuthError with a `reason`
   * @throws ToriiUnavailableError where the keys cannot be fetched: it is not the caller's fault
   */
  verify(token: string | null | undefined): Promise<Auth<Custom>>;
}

/**
 * Makes a verifier of tokens that come without a request of their own: in the first message of a socket, in a queue. At the
 * edge it is the smaller half of `createVerifier`, since it knows nothing of headers, cookies and paths.
 *
 * @example
 * const tokens = createTokenVerifier({ issuer: 'https://acme.torii.so' });
 * const { userId } = await tokens.verify(message.token);
 *
 * @throws ToriiConfigError for a wrong option, saying what to write
 */
export function createTokenVerifier<Custom extends object = Claims>(options: VerifyOptions): TokenVerifier<Custom>;
export function createTokenVerifier(options: VerifyOptions): TokenVerifier {
  const named = readKnownOptions(
    options,
    verifyOptionNames,
    "createTokenVerifier({ issuer: 'https://acme.torii.so' })",
  );
  const settings = readVerifyOptions(named);
  const verification = { ...settings, cache: new TokenCache(settings.cachedTokens) };
  const pipeline = { emit: settings.emit, checks: [], verify: (token: string) => verify(token, verification) };
  return Object.freeze({ verify: (token: unknown) => authenticateToken(token, pipeline) });
}

/**
 * Verifies one token, with keys shared by every call for the same issuer. Where many come, make a verifier once: it
 * checks its options once, and remembers what it verified.
 *
 * @throws ToriiError as {@link TokenVerifier.verify} and {@link createTokenVerifier} do
 */
export async function verifyToken<Custom extends object = Claims>(
  token: string | null | undefined,
  options: VerifyOptions,
): Promise<Auth<Custom>> {
  return createTokenVerifier<Custom>(options).verify(token);
}
