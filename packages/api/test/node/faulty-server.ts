import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What the server does with a request that arrived completely. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => void;

export interface FaultyServer extends AsyncDisposable {
  readonly url: string;
  /** The requests that arrived completely, as `POST /path`. */
  readonly arrived: readonly string[];
}

/** A real server that resets the first connections, then applies one fault to each request, in order. */
export async function startFaultyServer(faults: readonly Fault[], resetConnections = 0): Promise<FaultyServer> {
  const arrived: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const fault = faults[arrived.push(`${request.method} ${request.url}`) - 1];
      if (fault === undefined) response.writeHead(500).end();
      else fault(request, response);
    });
  });
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    if (++connections <= resetConnections) socket.resetAndDestroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Fault {
  return (_request, response) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };
}

/** Resets the connection after the request arrived. */
export const reset: Fault = (request) => void request.socket.resetAndDestroy();

/** A successful response whose connection ends in the middle of the body. */
export const cutInHalf: Fault = (request, response) => {
  const body = JSON.stringify(user);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.write(body.slice(0, body.length / 2), () => request.socket.destroy());
};

/** Accepts the request and never responds. */
export const hang: Fault = () => {};

export const user = {
  id: 'ada',
  environmentId: 'e1',
  status: 'active',
  createdAt: '2026-05-16T09:30:00Z',
  updatedAt: '2026-05-16T09:30:00Z',
};
