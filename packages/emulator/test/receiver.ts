import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { WebhookEvent } from '../src/index.ts';

/** How long a test waits for what will come: vitest's own second is short on a busy machine. */
export const patience = { timeout: 60_000 };

/** A request that has come. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: WebhookEvent;
}

/** What is answered to a request: 204 where it says nothing. Null hangs. */
export type Answer = {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
} | null;

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** The first of them. */
  first(): Received;
  /** What they tell of, as they have come. */
  types(): readonly string[];
  /** What it answers from now on. */
  answer: (received: Received, count: number) => Answer | undefined;
  stop(): Promise<void>;
}

/** A server that is told of events: on a free port, or on one that it had before. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const one = { headers: request.headers, body, event: JSON.parse(body) };
      received.push(one);
      const answer = receiver.answer(one, received.length);
      if (answer === null) return;
      const { status = 204, headers = {}, body: text } = answer ?? {};
      response.writeHead(status, headers).end(text);
    });
  });
  const url = `${await listen(server, port)}/webhooks`;
  const receiver: Receiver = {
    url,
    received,
    first() {
      const [one] = received;
      if (one === undefined) throw new Error('Nothing has come yet.');
      return one;
    },
    types: () => received.map(({ event }) => event.type),
    answer: () => undefined,
    stop: () => close(server),
    [Symbol.asyncDispose]: () => close(server),
  };
  return receiver;
}

/** A server that answers as it is told, on a free port of loopback. */
export async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener);
  return { url: await listen(server, 0), [Symbol.asyncDispose]: () => close(server) };
}

/**
 * Holds what has come against Standard Webhooks' own library.
 *
 * @throws Error where the signature is not of this secret, or the time not of now
 */
export function verify({ body, headers }: Received, secret: string): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
