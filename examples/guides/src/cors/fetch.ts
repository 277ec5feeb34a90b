import { createVerifier } from '@torii/core';

const pages = ['https://app.example.com'];
const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });

export default {
  async fetch(request: Request): Promise<Response> {
    // Answer preflights without the verifier: browsers send no token with them.
    const response = request.method === 'OPTIONS' ? allowHeaders() : await answer(request);
    response.headers.append('Vary', 'Origin'); // `append`, because refusals already have a Vary header
    const origin = request.headers.get('Origin');
    if (origin !== null && pages.includes(origin)) {
      response.headers.set('Access-Control-Allow-Origin', origin);
      response.headers.set('Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After');
    }
    return response;
  },
};

async function answer(request: Request): Promise<Response> {
  const { auth, denial } = await verifier.check(request);
  if (denial) return Response.json(denial.body, denial);
  return Response.json({ userId: auth.userId });
}

function allowHeaders(): Response {
  const headers = {
    'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type',
    'Access-Control-Max-Age': '3600',
  };
  return new Response(null, { status: 204, headers });
}
