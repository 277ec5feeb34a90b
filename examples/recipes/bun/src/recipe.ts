import { authorize, type Check, createVerifier, denialFor } from '@torii/core';

const verifier = createVerifier({ issuer: process.env.TORII_ISSUER, publicPaths: ['/health'] });
const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

const server = Bun.serve({
  hostname: process.env.HOST,
  port: process.env.PORT,
  async fetch(request) {
    const auth = await verifier.authenticate(request);
    if (auth === null) return Response.json({ status: 'ok' }); // a public path
    if (request.method === 'DELETE') await authorize(auth, request, [isAdmin]);
    return Response.json({ userId: auth.userId });
  },
  error(error) {
    const denial = denialFor(error);
    if (denial) return Response.json(denial.body, denial);
    console.error(error); // not a refusal
    return new Response('Internal Server Error', { status: 500 });
  },
});

console.log(`Listening on ${server.url}`);
