// Starts servers for tests, and sends requests that `fetch` cannot send.
import { createServer, type IncomingHttpHeaders, type RequestListener, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on a free loopback port. `await using` closes it. */
export interface Listening extends AsyncDisposable {
  readonly host: string;
  readonly origin: string;
}

export async function listen(app: RequestListener): Promise<Listening> {
  const server: Server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    host,
    origin: `http://${host}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request unchanged: unlike `fetch`, it does not normalize the target, and it can send a header twice. */
export function send(
  { host }: Listening,
  target: string,
  { method = 'GET', headers = [] }: { method?: string; headers?: readonly (readonly [string, string])[] } = {},
): Promise<Answered> {
  const [hostname, port] = host.split(':');
  const lines = headers.some(([name]) => name === 'Host') ? headers : [['Host', host], ...headers];
  return new Promise((resolve, reject) => {
    request(
      { hostname, port, method, path: target, headers: lines.flat(), agent: false, setHost: false },
      async (answer) => {
        let text = '';
        for await (const chunk of answer.setEncoding('utf8')) text += chunk;
        resolve({ status: answer.statusCode, headers: answer.headers, text });
      },
    )
      .on('error', reject)
      .end();
  });
}

export function bearer(token: string): readonly (readonly [string, string])[] {
  return [['Authorization', `Bearer ${token}`]];
}
