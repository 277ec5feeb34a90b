import { createServer, type IncomingMessage } from 'node:http';
import { createVerifier } from '@torii/core';
import { options } from './revocations.ts';

const issuer = process.env['TORII_ISSUER'];
const userVerifier = createVerifier({ issuer, ...options });
const adminVerifier = createVerifier({
  issuer,
  ...options,
  checks: [(auth) => auth.organization?.role === 'org:administrator'],
});

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

async function answer(request: IncomingMessage): Promise<Answer> {
  const [path] = (request.url ?? '').split('?', 1);
  switch (`${request.method} ${path}`) {
    case 'GET /':
      return { status: 200, body: { hello: 'This route is public. GET /me needs a token.' } };

    case 'GET /me': {
      const { auth, denial } = await userVerifier.check(request);
      if (denial) return denial;
      const { userId, environmentId, organization } = auth;
      return { status: 200, body: { userId, environmentId, organization } };
    }

    case 'DELETE /admin/cache': {
      const { denial } = await adminVerifier.check(request);
      if (denial) return denial;
      return { status: 200, body: { cleared: true } };
    }

    default:
      return { status: 404, body: { error: 'not_found' } };
  }
}

const server = createServer(async (request, response) => {
  const { status, headers, body } = await answer(request).catch((error: unknown): Answer => {
    console.error(error);
    return { status: 500, body: { error: 'internal_error' } };
  });
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
});

server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`node:http listens on http://127.0.0.1:${address?.port}`);
});
