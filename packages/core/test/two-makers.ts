import { createVerifier, type RequestParts, type Verifier, type VerifierOptions } from '../src/index.ts';
import { createJwtVerifier, type JwtOptions } from '../src/jwt/index.ts';
import { sign } from './jwt-mint.ts';
import { issuer, makeKey, mint } from './mint.ts';
import { outcomeOf } from './outcome.ts';

/** Torii, and another issuer, whose tokens a list of verifiers accepts. */
export const foreign = 'https://login.other.test/';
export const [key, foreignKey] = [await makeKey(), await makeKey('foreign-1')];

export const torii = (options: Partial<VerifierOptions> = {}): Verifier =>
  createVerifier({ issuer, keys: { keys: [key.publicJwk] }, ...options });

export const other = (options: Partial<JwtOptions> = {}): Verifier =>
  createJwtVerifier({ issuer: foreign, algorithms: ['ES256'], jwks: { keys: [foreignKey.publicJwk] }, ...options });

export const ours = (claims: Record<string, unknown> = {}): Promise<string> => mint(key, { sub: 'ada', ...claims });

export const theirs = (claims: Record<string, unknown> = {}): Promise<string> =>
  sign('ES256', foreignKey.privateKey, { iss: foreign, sub: 'bob', ...claims }, { kid: 'foreign-1' });

export const bearer = (token: string): RequestParts => ({
  method: 'GET',
  headers: { authorization: `Bearer ${token}` },
});

/** Who the caller is, `signed out`, or why the request is refused. */
export async function ask(verifier: Verifier<object, null>, request: RequestParts, optional = false): Promise<string> {
  let user = '';
  const outcome = await outcomeOf(
    verifier.authenticate(request, { optional }).then((auth) => {
      user = auth === null ? 'signed out' : auth.userId;
    }),
  );
  return outcome === 'accepted' ? user : outcome;
}
