import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono as Newest } from 'hono';
import { Hono as Oldest } from 'hono45';
import { type Listening, listen } from '../../../scripts/http-exchange.ts';

/** Every test of a version uses only what all versions have, so the types of the newest are enough. */
export const versions: readonly (readonly [name: string, Hono: typeof Newest])[] = [
  ['Hono 4.5', Oldest as unknown as typeof Newest],
  ['Hono 4', Newest],
];

/** A listener for Node's http server. It does not replace the global `Request`, which other tests use. */
export function listenerOf(app: Pick<Newest, 'fetch'>): RequestListener {
  return getRequestListener(app.fetch, { overrideGlobalObjects: false });
}

export function serve(app: Pick<Newest, 'fetch'>): Promise<Listening> {
  return listen(listenerOf(app));
}
