import { authorize, type Check, createVerifier, denialFor } from '@torii/core';

const verifier = createVerifier({ issuer: Deno.env.get('TORII_ISSUER'), publicPaths: ['/health'] });
const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

Deno.serve({
  hostname: Deno.env.get('HOST') ?? '0.0.0.0',
  port: Number(Deno.env.get('PORT') ?? 8000),
  async handler(request) {
    const auth = await verifier.authenticate(request);
    if (auth === null) return Response.json({ status: 'ok' }); // a public path
    if (request.method === 'DELETE') await authorize(auth, request, [isAdmin]);
    return Response.json({ userId: auth.userId });
  },
  onError(error) {
    const denial = denialFor(error);
    if (denial) return Response.json(denial.body, denial);
    console.error(error); // not a refusal
    return new Response('Internal Server Error', { status: 500 });
  },
});
