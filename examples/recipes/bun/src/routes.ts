import { type Auth, createVerifier } from '@torii/core';

// No `publicPaths`: see below.
const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });

function withAuth<R extends Request>(handle: (request: R, auth: Auth) => Response | Promise<Response>) {
  return async (request: R): Promise<Response> => {
    const { auth, denial } = await verifier.check(request);
    return denial ? Response.json(denial.body, denial) : handle(request, auth);
  };
}

const server = Bun.serve({
  hostname: process.env.HOST,
  port: process.env.PORT,
  routes: {
    '/health': Response.json({ status: 'ok' }),
    '/users/:id': withAuth((request, auth) => Response.json({ userId: auth.userId, asked: request.params.id })),
    '/admin/*': withAuth((_, auth) => Response.json({ admin: auth.userId })),
  },
  fetch: withAuth(() => new Response('Not Found', { status: 404 })), // unknown paths need a token too
});

console.log(`Listening on ${server.url}`);
