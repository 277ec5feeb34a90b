import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import selfsigned from 'selfsigned';
import { onTestFinished } from 'vitest';

/** A server that answers as a test wants. It stops at the end of the test. */
export interface OddServer {
  readonly url: string;
  /** The Authorization headers that it received. */
  readonly authorizations: (string | undefined)[];
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export async function startOddServer(answer: Answer): Promise<OddServer> {
  const authorizations: (string | undefined)[] = [];
  const listener: RequestListener = (request, response) => {
    authorizations.push(request.headers.authorization);
    answer(request, response);
  };
  return { url: `http://127.0.0.1:${await listen(createServer(listener))}`, authorizations };
}

/** A server with an untrusted certificate, optionally expired or for another host. */
export async function startTlsServer(options: { readonly name?: string; readonly isExpired?: boolean } = {}): Promise<{
  readonly url: string;
  readonly port: number;
  readonly certificate: string;
}> {
  const day = 86_400_000;
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: 'torii' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(options.isExpired && {
      notBeforeDate: new Date(Date.now() - 2 * day),
      notAfterDate: new Date(Date.now() - day),
    }),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: options.name ?? 'localhost' }] },
    ],
  });
  const port = await listen(createTlsServer({ cert, key }, (_request, response) => response.end('{"keys":[]}')));
  return { url: `https://localhost:${port}`, port, certificate: cert };
}

/** A server that does not speak HTTP. */
export async function startTcpServer(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => onConnection(socket.on('error', () => {})));
  return `http://127.0.0.1:${await listen(server)}`;
}

/** An address of this machine at which nothing listens. */
export async function closedUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}
