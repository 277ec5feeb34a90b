import { createServer, type Server } from 'node:http';
import { EmulatorError } from './errors.ts';
import type { Host } from './options.ts';

/** Where apps and browsers reach the emulator, whatever it listens on: core takes an http issuer on loopback alone. */
const loopback = '127.0.0.1';

/** Listens on a port, or on a free one for port 0. Answers nothing until somebody handles its requests. */
export async function listen(port: number, host: Host): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(port, host, error)));
    server.listen(port, host, resolve);
  });
  return server;
}

/** Where a listening server is reached. */
export function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return `http://${loopback}:${address.port}`;
}

/** Stops listening and cuts what is still connected. */
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
      ? 'is taken by another program. Choose another port, or 0 for a free one'
      : `cannot be listened on (${error.code})`;
  return new EmulatorError('port_unusable', `Port ${port} of ${host} ${reason}.`, { cause: error });
}
