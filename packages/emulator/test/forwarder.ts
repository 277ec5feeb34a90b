import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Listens on one address and connects to another, like a container's mapped port. It does not read what it forwards. */
export interface Forwarder extends AsyncDisposable {
  readonly port: number;
}

export async function startForwarder(
  from: { readonly host: string; readonly port?: number },
  to: () => { readonly host: string; readonly port: number },
): Promise<Forwarder> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(to());
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          other.destroy();
          sockets.delete(socket);
        });
    }
    incoming.pipe(outgoing).pipe(incoming);
  }).listen(from.port ?? 0, from.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
