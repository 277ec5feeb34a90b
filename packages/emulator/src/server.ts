import { createServer, type Server } from 'node:http';
import { EmulatorError } from './errors.ts';
import type { Host } from './options.ts';

/** The host in all URLs, also when listening on 0.0.0.0: @torii/core accepts an http issuer only on loopback. */
const loopback = '127.0.0.1';

export async function listen(port: number, host: Host): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(port, host, error)));
    server.listen(port, host, resolve);
  });
  return server;
}

export function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server is not listening on a port.');
  return `http://${loopback}:${address.port}`;
}

export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

function portError(port: number, host: Host, error: NodeJS.ErrnoException): EmulatorError {
  const reason =
    error.code === 'EADDRINUSE'
      ? 'is in use by another program. Choose another port, or 0 for a free one'
      : `cannot be used (${error.code})`;
  return new EmulatorError('port_unusable', `Port ${port} on ${host} ${reason}.`, { cause: error });
}
