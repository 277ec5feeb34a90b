import type { IncomingMessage, ServerResponse } from 'node:http';
import { me } from './me.ts';

export async function app(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path] = (request.url ?? '').split('?', 1);
  switch (`${request.method} ${path}`) {
    case 'GET /':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ hello: 'This route is public. GET /me needs a token.' }));
      break;

    case 'GET /me':
      await me(request, response);
      break;

    default:
      response.writeHead(404, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error: 'not_found' }));
  }
}
