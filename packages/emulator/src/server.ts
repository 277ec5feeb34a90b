import { createServer, type Server } from 'node:http';
import { controlPath } from './control/paths.ts';
import { EmulatorError } from './errors.ts';
import type { Host } from './options/emulator-options.ts';

export async function listen(port: number, host: Host): Promise<Server> {
  const server = createServer();
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen(port, host, () => resolve(undefined));
  });
  if (error === undefined) return server;
  const isTaken = error.code === 'EADDRINUSE' && (await isEmulator(port, host));
  throw portError(port, host, error, isTaken ? 'EMULATOR' : error.code);
}

/** Whether another emulator answers at this port. */
async function isEmulator(port: number, host: Host): Promise<boolean> {
  const address = host === '::1' || host === '::' ? '[::1]' : '127.0.0.1';
  try {
    const response = await fetch(`http://${address}:${port}${controlPath}/state`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(1000),
    });
    const { environment } = Object(await response.json());
    return response.ok && typeof Object(environment).id === 'string';
  } catch {
    return false;
  }
}

/** The loopback address of the server, even if it listens on all addresses: @torii/core accepts http only on loopback. */
export function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server is not listening on a port.');
  return `http://${address.address === '::1' ? '[::1]' : '127.0.0.1'}:${address.port}`;
}

export async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

function portError(port: number, host: Host, error: NodeJS.ErrnoException, code = ''): EmulatorError {
  const reason = portProblems[code] ?? `cannot be used (${error.code})`;
  return new EmulatorError('port_unusable', `Port ${port} on ${host} ${reason}.`, { cause: error });
}

const noAddress = 'cannot be used, because this machine does not have the address. Use 127.0.0.1, or 0.0.0.0';

const portProblems: Readonly<Record<string, string>> = {
  EMULATOR: 'is in use by another emulator. Stop it, or choose another port, or 0 for a free one',
  EADDRINUSE: 'is in use by another program. Choose another port, or 0 for a free one',
  EACCES: 'may not be used by this user. Choose a port from 1024',
  EADDRNOTAVAIL: noAddress,
  EAFNOSUPPORT: noAddress,
};
