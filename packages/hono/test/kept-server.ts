// A server for Bun, Deno and Workers, whose handler finds the caller with `currentAuth`.

import { requireAuth } from '@torii/hono';
import { currentAuth, keepCurrentAuth } from '@torii/hono/current-auth';
import { Hono } from 'hono';

interface Program {
  readonly env?: Readonly<Record<string, string | undefined>>;
}
interface Servers {
  readonly process?: Program;
  readonly Bun?: { serve(options: object): { readonly port: number } };
  readonly Deno?: { serve(options: object, fetch: unknown): { readonly addr: { readonly port: number } } };
}

let app: Hono | undefined;

async function findCaller(): Promise<string> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, (i * 7) % 3));
  return currentAuth().userId;
}

function createApp(issuer: string | undefined): Hono {
  const created = new Hono();
  created.use(requireAuth({ issuer })).use('/kept', keepCurrentAuth());
  created.get('/kept', async (c) => c.text(await findCaller()));
  created.get('/lost', async (c) => c.text(await findCaller().catch((error) => error.message)));
  return created;
}

const { process, Bun, Deno }: Servers = globalThis as Servers;
const fetch = (request: Request, env: Program['env'] = {}) => {
  app ??= createApp(env?.['TORII_ISSUER'] ?? process?.env?.['TORII_ISSUER']);
  return app.fetch(request);
};
const serving = { hostname: '127.0.0.1', port: 0, fetch: (request: Request) => fetch(request), onListen() {} };
const port = Bun?.serve(serving).port ?? Deno?.serve(serving, serving.fetch).addr.port;
if (port !== undefined) console.log(`Listening on http://127.0.0.1:${port}`);

// biome-ignore lint/style/noDefaultExport: workerd reads it.
export default { fetch };
