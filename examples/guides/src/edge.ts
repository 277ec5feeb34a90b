import { type Claims, createVerifier, type Verifier } from '@torii/core';

// `never`: without `publicPaths` and `allowPreflight`, `check` always returns `auth` or `denial`.
let verifier: Verifier<Claims, never> | undefined;

/** The same function on every runtime. */
export async function answer(request: Request, issuer: string | undefined): Promise<Response> {
  // One verifier for all requests of an isolate, so that they share its caches of keys and verified tokens.
  verifier ??= createVerifier({ issuer });
  const { auth, denial } = await verifier.check(request);
  if (denial) return Response.json(denial.body, denial);
  return Response.json({ userId: auth.userId }, { headers: { 'Cache-Control': 'private, no-store' } });
}
