import type { Auth, Claims } from './auth.ts';
import { authenticateToken, type FoundToken, type TokenPipeline } from './authenticate.ts';
import type { CreateTokenMemory } from './calls/verifier-memory.ts';
import { verifyHints } from './options/hints.ts';
import { assertNoSecond, readKnownOptions } from './options/reader.ts';
import { readVerifyOptions, type VerifyOptions, verifyOptionNames } from './options/verify-options.ts';
import { guardOutcome } from './promises/outcome.ts';
import { createTokenCache } from './token/token-cache.ts';
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

export function tokenVerifierWith(
  options: VerifyOptions,
  example: string,
  read: object = options,
  createMemory: CreateTokenMemory = createTokenCache,
): TokenVerifier {
  const named = readKnownOptions(options, verifyOptionNames, example, 'options', verifyHints, read);
  const settings = readVerifyOptions(named);
  const verification = { ...settings, cache: createMemory(settings) };
  const { emit, refuseRevoked } = settings;
  const pipeline: TokenPipeline = {
    emit,
    refuseRevoked,
    verify: (token, parsed) => verify(token, verification, parsed),
  };
  const choose = (token: string): FoundToken => ({ token, pipeline, parsed: undefined });
  return Object.freeze({ verify: (token: unknown) => guardOutcome(authenticateToken(token, emit, choose)) });
}
