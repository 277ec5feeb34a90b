import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { WebhookEvent } from '../src/index.ts';

/** For expect.poll(): vitest's default timeout of one second is too short on a busy machine. */
export const patience = { timeout: 60_000 };

/** A received request. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: WebhookEvent;
}

/** The response to a request, 204 by default. With `null` the receiver does not respond. */
export type Answer = {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
} | null;

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** The first received request. */
  first(): Received;
  /** The received events, in order of arrival. */
  types(): readonly string[];
  /** Decides the response to each request. */
  answer: (received: Received, count: number) => Answer | undefined;
  stop(): Promise<void>;
}

/** Starts a webhook receiver on a free port, or on the given one. */
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

/** Starts a server with a request handler on a loopback port. */
export async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener);
  return { url: await listen(server, 0), [Symbol.asyncDispose]: () => close(server) };
}

/**
 * Verifies a received request with the library of Standard Webhooks.
 *
 * @throws Error if the signature was made with another secret, or the timestamp is not recent
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
