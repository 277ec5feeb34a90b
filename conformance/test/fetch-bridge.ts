import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Listening } from '../src/app-server.ts';
import { closeServer } from '../src/issuers.ts';

/** Serves a function from a Fetch request to a response, as frameworks do on Node. */
export async function listenAsFetch(app: (request: Request) => Promise<Response>): Promise<Listening> {
  const server = createServer(async (incoming, outgoing) => {
    const request = requestOf(incoming);
    if (request === undefined) return void outgoing.writeHead(400).end();
    const response = await app(request);
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => closeServer(server) };
}

/** Undefined if there is no such Fetch request. */
function requestOf(incoming: IncomingMessage): Request | undefined {
  const {
    method = 'GET',
    url = '',
    headers: { host },
    rawHeaders,
  } = incoming;
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  try {
    const body = ['GET', 'HEAD'].includes(method) ? null : (Readable.toWeb(incoming) as ReadableStream);
    return new Request(new URL(url, `http://${host}`), { method, headers, body, duplex: 'half' });
  } catch {
    return undefined;
  }
}
