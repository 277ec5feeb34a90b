import type { Auth, Claims } from './auth.ts';
import { authenticateToken } from './authenticate.ts';
import { verifyHints } from './options/hints.ts';
import { assertNoSecond, readKnownOptions } from './options/reader.ts';
import { readVerifyOptions, type VerifyOptions, verifyOptionNames } from './options/verify-options.ts';
import { guardOutcome } from './promises/outcome.ts';
import { TokenCache } from './token/token-cache.ts';
import { verify } from './token/verify.ts';

/** Verifies tokens that come without a request. Created by {@link createTokenVerifier}. */
export interface TokenVerifier<Custom extends object = Claims> {
  /**
   * Verifies a token and returns its Auth.
   * @throws ToriiAuthError if the token is refused; see `reason`. The reason for a missing token is `token_missing`.
   * @throws ToriiUnavailableError if the keys cannot be fetched
   * @throws ToriiConfigError if the argument is a request, a promise or another object of the app, or begins with `Bearer `
   */
  verify(token: string | null | undefined): Promise<Auth<Custom>>;
}

/**
 * Creates a verifier for tokens without an HTTP request, for example in a WebSocket message or a queue. It adds less code to
 * an edge bundle than `createVerifier`, because it does not read headers, cookies and paths.
 * @example
 * const verifier = createTokenVerifier({ issuer: 'https://acme.torii.so' });
 * const { userId } = await verifier.verify(message.token);
 * @throws ToriiConfigError if an option is wrong. The message says what to write.
 */
export function createTokenVerifier<Custom extends object = Claims>(options: VerifyOptions): TokenVerifier<Custom>;
export function createTokenVerifier(options: VerifyOptions, unexpected?: unknown): TokenVerifier {
  assertNoSecond('createTokenVerifier', unexpected);
  return tokenVerifierWith(options, "createTokenVerifier({ issuer: 'https://acme.torii.so' })");
}

function tokenVerifierWith(options: VerifyOptions, example: string): TokenVerifier {
  const named = readKnownOptions(options, verifyOptionNames, example, 'options', verifyHints);
  const settings = readVerifyOptions(named);
  const verification = { ...settings, cache: new TokenCache(settings.cachedTokens) };
  const pipeline = { ...settings, verify: (token: string) => verify(token, verification) };
  return Object.freeze({ verify: (token: unknown) => guardOutcome(authenticateToken(token, pipeline)) });
}

/**
 * Verifies one token. Calls share the fetched keys, but do not cache verified tokens. If you verify many tokens, create a
 * verifier instead.
 * @throws ToriiError as {@link TokenVerifier.verify} and {@link createTokenVerifier} do
 */
export function verifyToken<Custom extends object = Claims>(
  token: string | null | undefined,
  options: VerifyOptions,
): Promise<Auth<Custom>>;
export function verifyToken(token: string | null | undefined, options: VerifyOptions): Promise<Auth> {
  const example = "verifyToken(token, { issuer: 'https://acme.torii.so' })";
  // Async, so that a wrong option becomes a rejection.
  const verifying = async (): Promise<Auth> => tokenVerifierWith(options, example).verify(token);
  return guardOutcome(verifying());
}
