import { getRequestListener } from '@hono/node-server';
import { Hono as Newest } from 'hono';
import { Hono as Oldest } from 'hono41';
import { type Listening, listen } from '../../../scripts/http-exchange.ts';

/** Every test of a version uses only what all versions have, so the types of the newest are enough. */
export const versions: readonly (readonly [name: string, Hono: typeof Newest])[] = [
  ['Hono 4.1', Oldest as unknown as typeof Newest],
  ['Hono 4', Newest],
];

/** Serves an app with Node's http server. */
export function serve(app: Pick<Newest, 'fetch'>): Promise<Listening> {
  return listen(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
}
