import { authorize, type Check, createVerifier, denialFor, type Verifier } from '@torii/core';

interface Env {
  readonly TORII_ISSUER: string; // in wrangler.jsonc: "vars": { "TORII_ISSUER": "https://acme.torii.so" }
}

const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';
let verifier: Verifier | undefined;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    // One for all requests of an isolate, so that they share the keys and the verified tokens.
    verifier ??= createVerifier({ issuer: env.TORII_ISSUER, publicPaths: ['/health'] });
    try {
      const auth = await verifier.authenticate(request);
      if (auth === null) return Response.json({ status: 'ok' }); // a public path
      if (request.method === 'DELETE') await authorize(auth, request, [isAdmin]);
      return Response.json({ userId: auth.userId });
    } catch (error) {
      const denial = denialFor(error);
      if (denial) return Response.json(denial.body, denial);
      throw error; // not a refusal: the Worker logs it, and the caller gets 500
    }
  },
};
