// The entry point for Bun and Deno: serves the app of the conformance cases.
import process from 'node:process';
import { createHandler, type Settings } from './hono-server.ts';

type Fetch = ReturnType<typeof createHandler>;
type Serve = (options: { port: number; hostname: string; fetch: Fetch }, handler: Fetch) => unknown;

const { HOST = '', PORT, ...settings } = process.env;
const handler = createHandler(settings as unknown as Settings);
const runtime: unknown = Reflect.get(globalThis, 'Bun') ?? Reflect.get(globalThis, 'Deno');
// Bun takes the handler from the options, Deno as an argument.
const { serve } = runtime as { serve: Serve };
serve({ port: Number(PORT), hostname: HOST, fetch: handler }, handler);
