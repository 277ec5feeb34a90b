import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A server in front of another, which holds requests back until they are let through. */
export interface Gate {
  readonly url: string;
  /** Lets this many more requests through, those first that wait. Resolves when these are answered. */
  admit(count: number): Promise<void>;
  /** Resolves once this many requests wait. */
  holds(count: number): Promise<void>;
}

/** Starts a gate that lets nothing through yet. Stopped at the end of the test. */
export async function startGate(target: string): Promise<Gate> {
  const waiting: (() => Promise<void>)[] = [];
  const watchers = new Set<() => void>();
  let admitted = 0;

  const server = createServer(async (incoming, outgoing) => {
    // Read at once: a request has arrived, even if its sender is gone when it is let through.
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

/** Passes a request on, and its answer back. */
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
