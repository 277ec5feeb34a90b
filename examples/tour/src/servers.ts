import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A program that serves HTTP on loopback, and reads TORII_ISSUER and PORT from its environment. */
export interface ServerProgram {
  readonly name: string;
  readonly file: string;
  /** For a file that is no TypeScript of ours but somebody's program. */
  readonly args?: readonly string[];
}

/** A program that has been started and answers. */
export interface RunningServer {
  readonly name: string;
  readonly url: string;
  /** Ends the process, and waits until it has. */
  stop(): Promise<void>;
}

export const exampleServers: readonly ServerProgram[] = [
  { name: 'Express', file: exampleFile('express') },
  { name: 'Koa', file: exampleFile('koa') },
  { name: 'node:http', file: exampleFile('node-http') },
];

const nextFolder = fileURLToPath(new URL('../../next', import.meta.url));

/** Reads APP_ORIGIN besides, and wants to be built. */
export const nextServer: ServerProgram = {
  name: 'Next.js',
  file: `${nextFolder}/node_modules/next/dist/bin/next`,
  args: ['start', nextFolder, '--hostname', '127.0.0.1'],
};

/** Builds the Next.js app, and what it imports: no work where nothing has changed. Returns what the build said where it failed. */
export function buildNextServer(): string | undefined {
  const args = ['run', 'build', '--filter=@torii/example-next', '--output-logs=errors-only'];
  const { status, stdout, stderr, error } = spawnSync('turbo', args, { cwd: nextFolder, encoding: 'utf8' });
  return status === 0 ? undefined : [error?.message, stdout, stderr].filter(Boolean).join('\n').trim();
}

/** A page that calls the Koa app from an origin of its own. */
export const staticSite: ServerProgram = { name: 'static page', file: exampleFile('static-site') };

const startLimitMs = 120_000;

/**
 * Starts a server as a process of its own, which ends with this one, and waits until it answers.
 *
 * @throws Error where it ends or stays silent instead
 */
export async function startServer(
  { name, file, args }: ServerProgram,
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
    if (hasEnded(child)) throw new Error(`${name} ended instead of serving. Its own words are above.`);
    if (Date.now() > deadline) throw new Error(`${name} does not answer on port ${port}. Does it read PORT?`);
    await sleep(50);
  }
  return {
    name,
    url,
    async stop() {
      if (hasEnded(child)) return;
      // Asked kindly, Next's server waits for every connection, also for one that a browser opened in advance.
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
