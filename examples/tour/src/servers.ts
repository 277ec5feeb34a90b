import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nextExample } from '../../../scripts/next-example.ts';

/** A program that serves HTTP on 127.0.0.1, and reads TORII_ISSUER and PORT from its environment. */
export interface ServerProgram {
  readonly name: string;
  readonly file: string;
  /** Arguments. If absent, `file` is TypeScript of this repository, and packages are loaded from their source. */
  readonly args?: readonly string[];
  /** Whether it reads TORII_ENVIRONMENT_ID and REVOCATIONS_FILE, and refuses what was revoked. */
  readonly readsRevocations?: boolean;
}

export interface RunningServer {
  readonly name: string;
  readonly url: string;
  readonly readsRevocations: boolean;
  /** Kills the process and waits until it has exited. */
  stop(): Promise<void>;
}

export const exampleServers: readonly ServerProgram[] = [
  { name: 'Express', file: exampleFile('express'), readsRevocations: true },
  { name: 'Koa', file: exampleFile('koa'), readsRevocations: true },
  { name: 'Fastify', file: exampleFile('fastify'), readsRevocations: true },
  { name: 'Hono', file: exampleFile('hono'), readsRevocations: true },
  { name: 'node:http', file: exampleFile('node-http'), readsRevocations: true },
];

/** Must be built first (`buildNextExample`). Also reads APP_ORIGIN. */
export const nextServer: ServerProgram = {
  name: 'Next.js',
  file: `${nextExample}/node_modules/next/dist/bin/next`,
  args: ['start', nextExample, '--hostname', '127.0.0.1'],
  readsRevocations: true,
};

export const staticSite: ServerProgram = { name: 'static page', file: exampleFile('static-site') };

const startLimitMs = 120_000;

/**
 * Starts a server as a child process and waits until it responds. The child is killed when this process exits.
 *
 * @throws Error if the server exits or does not respond in time
 */
export async function startServer(
  { name, file, args, readsRevocations = false }: ServerProgram,
  { port, environment }: { readonly port: number; readonly environment: Readonly<Record<string, string>> },
): Promise<RunningServer> {
  const command = args === undefined ? ['--conditions=@torii/source', file] : [file, ...args];
  const child = spawn(process.execPath, command, {
    env: { ...process.env, ...environment, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + startLimitMs;
  while (!(await answers(url))) {
    if (hasEnded(child)) throw new Error(`${name} exited before it responded to a request. See its output above.`);
    if (Date.now() > deadline)
      throw new Error(`${name} does not respond on port ${port}. It must listen on the port in the variable PORT.`);
    await sleep(50);
  }
  return {
    name,
    url,
    readsRevocations,
    async stop() {
      if (hasEnded(child)) return;
      // SIGKILL, because on SIGTERM Next's server waits for open connections, such as those that browsers open in
      // advance.
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function exampleFile(example: string): string {
  return fileURLToPath(new URL(`../../${example}/src/server.ts`, import.meta.url));
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(2000) });
    return true;
  } catch {
    return false;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
