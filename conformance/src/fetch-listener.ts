import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Listening } from './app-server.ts';
import { closeServer } from './issuers.ts';

/** A function from a Fetch request to a response. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/**
 * Serves a Fetch handler on a free port of 127.0.0.1. As on runtimes other than Node, the handler cannot get Node's request.
 *
 * @example describeConformance(name, { createApp, createVerifier, listen: (app) => listenFetch(app.fetch) }, { change: changeForFetch });
 */
export async function listenFetch(handler: FetchHandler): Promise<Listening> {
  const server = createServer(async (incoming, outgoing) => {
    const request = requestOf(incoming);
    if (request === undefined) outgoing.writeHead(400).end();
    else await respond(outgoing, request, handler);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => closeServer(server) };
}

async function respond(outgoing: ServerResponse, request: Request, handler: FetchHandler): Promise<void> {
  try {
    const response = await handler(request);
    const body = Buffer.from(await response.arrayBuffer());
    outgoing.writeHead(response.status, [...response.headers].flat()).end(body);
  } catch {
    outgoing.writeHead(500).end();
  }
}

/** `undefined` if the request cannot be a Fetch request, for example because of its method. */
function requestOf(incoming: IncomingMessage): Request | undefined {
  const { method = 'GET', url = '', headers, rawHeaders } = incoming;
  const pairs = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []));
  const hasBody = method !== 'GET' && method !== 'HEAD';
  try {
    return new Request(new URL(url, `http://${headers.host}`), {
      method,
      headers: pairs as [string, string][],
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }),
    });
  } catch {
    return undefined;
  }
}
