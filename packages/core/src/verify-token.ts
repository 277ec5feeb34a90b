import type { Auth, Claims } from './auth.ts';
import { presentVerifyOptions } from './calls/present-options.ts';
import { VerifierMemory } from './calls/verifier-memory.ts';
import type { VerifyOptions } from './options/verify-options.ts';
import { guardOutcome, rejectedWith } from './promises/outcome.ts';
import { type TokenVerifier, tokenVerifierWith } from './token-verifier.ts';

const memory: VerifierMemory<TokenVerifier> = /* @__PURE__ */ new VerifierMemory(
  'verifyToken',
  presentVerifyOptions,
  (given, read, createMemory) =>
    tokenVerifierWith(
      given as VerifyOptions,
      "verifyToken(token, { issuer: 'https://acme.torii.so' })",
      read,
      createMemory,
    ),
);

/**
 * Verifies one token. The verifiers of the eight sets of options that were used last are kept, with the keys and the tokens that
 * they have verified. A set counts as used before if all of its values are the same, also each item of a list. Functions are
 * compared by identity, so create them once. Nothing is kept for calls with `keys`, `initialKeys` or an option that is
 * `undefined`.
 * @throws ToriiError as {@link TokenVerifier.verify} and {@link createTokenVerifier} do
 */
export function verifyToken<Custom extends object = Claims>(
  token: string | null | undefined,
  options: VerifyOptions,
): Promise<Auth<Custom>>;
export function verifyToken(token: string | null | undefined, options: VerifyOptions): Promise<Auth> {
  let verifier: TokenVerifier;
  try {
    verifier = memory.verifierFor(options);
  } catch (error) {
    return guardOutcome(rejectedWith(error));
  }
  return verifier.verify(token);
}
