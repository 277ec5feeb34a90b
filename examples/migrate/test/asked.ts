import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Answer {
  readonly status: number;
  /** The JSON of the body, or its text. */
  readonly body: unknown;
}

/** Sends a request to an app on a free port of loopback, which is closed at the end of the test. */
export async function ask(app: RequestListener, path: string, init: RequestInit = {}): Promise<Answer> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

export const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** The status of a response, and the `reason` if Torii's guard refused the request. */
export function reasonOf({ status, body }: Answer): string {
  const { error } = body as { error?: { reason?: string } };
  return `${status} ${error?.reason}`;
}
