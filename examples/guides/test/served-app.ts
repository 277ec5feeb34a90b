import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The server of an example, which closes at the end of the test. */
export interface ServedApp extends AsyncDisposable {
  readonly url: string;
  /** Sends a request, with this token. */
  send(path: string, token?: string, init?: RequestInit): Promise<Response>;
}

/** Imports an example that listens on `PORT`. */
export async function serveExample(load: () => Promise<{ readonly server: Server }>): Promise<ServedApp> {
  process.env['PORT'] = '0';
  const { server } = await load();
  if (!server.listening) await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    send: (path, token, init) =>
      fetch(`${url}${path}`, {
        ...init,
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...init?.headers },
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The reason of a refusal, or `undefined` for a response that is not one. */
export async function reasonOf(response: Response): Promise<string | undefined> {
  const body = (await response.json()) as { error?: { reason?: string } };
  return body.error?.reason;
}
