import { type Claims, createVerifier, type Verifier } from '@torii/core';

// `never`: without `publicPaths` and `allowPreflight`, there is always a caller or a denial.
let verifier: Verifier<Claims, never> | undefined;

/** The same function on every runtime. */
export async function answer(request: Request, issuer: string | undefined): Promise<Response> {
  // One for all requests of an isolate, so that they share the keys and the verified tokens.
  verifier ??= createVerifier({ issuer });
  const { auth, denial } = await verifier.check(request);
  if (denial) return Response.json(denial.body, denial);
  return Response.json({ userId: auth.userId }, { headers: { 'Cache-Control': 'private, no-store' } });
}
