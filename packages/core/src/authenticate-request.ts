import type { Auth, Claims } from './auth.ts';
import { presentOptions } from './calls/present-options.ts';
import { VerifierMemory } from './calls/verifier-memory.ts';
import type { VerifierOptions } from './options/verifier-options.ts';
import { guardOutcome, rejectedWith } from './promises/outcome.ts';
import type { RequestLike } from './request/request-parts.ts';
import { type StrictVerifierOptions, type Verifier, verifierWithOptions } from './verifier.ts';

const example = "authenticateRequest(request, { issuer: 'https://acme.torii.so' })";

const memory: VerifierMemory<Verifier> = /* @__PURE__ */ new VerifierMemory(
  'authenticateRequest',
  presentOptions,
  (given, read, createMemory) => verifierWithOptions(given as VerifierOptions, example, read, createMemory),
);

/**
 * Authenticates one request. Verifiers are kept as {@link verifyToken} keeps them.
 * @throws ToriiError as {@link Verifier.authenticate} and {@link createVerifier} do
 */
export function authenticateRequest<Custom extends object = Claims>(
  request: RequestLike,
  options: StrictVerifierOptions<Custom>,
): Promise<Auth<Custom>>;
export function authenticateRequest<Custom extends object = Claims>(
  request: RequestLike,
  options: VerifierOptions<Custom>,
): Promise<Auth<Custom> | null>;
export function authenticateRequest(request: RequestLike, options: VerifierOptions): Promise<Auth | null> {
  let verifier: Verifier;
  try {
    verifier = memory.verifierFor(options);
  } catch (error) {
    return guardOutcome(rejectedWith(error));
  }
  return verifier.authenticate(request);
}
