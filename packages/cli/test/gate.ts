import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A proxy that holds requests back until the test admits them. */
export interface Gate {
  readonly url: string;
  /** Forwards this many more requests, waiting ones first. Resolves when they are answered. */
  admit(count: number): Promise<void>;
  /** Resolves when this many requests are waiting. */
  holds(count: number): Promise<void>;
}

/** Starts a gate that forwards nothing yet. It is stopped at the end of the test. */
export async function startGate(target: string): Promise<Gate> {
  const waiting: (() => Promise<void>)[] = [];
  const watchers = new Set<() => void>();
  let admitted = 0;

  const server = createServer(async (incoming, outgoing) => {
    // Read the body now: the client may be gone when the request is admitted.
    const body = await text(incoming).catch(() => undefined);
    if (body === undefined) return;
    waiting.push(() => forward(target, incoming, body, outgoing).catch(() => void outgoing.destroy()));
    void letThrough();
    for (const watch of watchers) watch();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });

  async function letThrough(): Promise<void> {
    const count = Math.min(admitted, waiting.length);
    admitted -= count;
    await Promise.all(waiting.splice(0, count).map((send) => send()));
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    admit(count) {
      admitted += count;
      return letThrough();
    },
    holds: (count) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (waiting.length < count) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
      }),
  };
}

/** Forwards a request and returns its response. */
async function forward(
  target: string,
  incoming: IncomingMessage,
  body: string,
  outgoing: ServerResponse,
): Promise<void> {
  const { method = 'GET', headers, url = '/' } = incoming;
  const { authorization = '', 'content-type': type = 'application/json' } = headers;
  const answer = await fetch(new URL(url, target), {
    method,
    headers: { authorization, 'content-type': type },
    ...(body !== '' && { body }),
  });
  outgoing.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
  outgoing.end(await answer.text());
}
