// Starts the server of a recipe on Bun, Deno and workerd, from its source and ours.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { binaries } from '../runtimes/src/binaries.ts';
import { describeMissing } from '../runtimes/src/runtime.ts';
import { portOf } from '../runtimes/src/workerd.ts';
import type { Listening } from './http-exchange.ts';

export type FetchRuntime = keyof typeof binaries;

export interface FetchServer extends Listening {
  /** What the server has written to stdout and stderr. */
  output(): string;
}

/** Why the runtime cannot be used, or `undefined`. */
export function missingRuntime(runtime: FetchRuntime): string | undefined {
  return binaries[runtime]() === undefined ? `needs ${describeMissing(runtime)}` : undefined;
}

/**
 * Starts a server. `variables` are its environment, or the bindings of a Worker.
 * @param workerFlags compatibility flags of a Worker
 */
export function startFetchServer(
  runtime: FetchRuntime,
  file: string,
  variables: Readonly<Record<string, string>>,
  workerFlags: readonly string[] = [],
): Promise<FetchServer> {
  return runtime === 'workerd' ? startWorker(file, variables, workerFlags) : startProgram(runtime, file, variables);
}

const flags: Readonly<Record<'bun' | 'deno', readonly string[]>> = {
  bun: ['--no-install', '--conditions=@torii/source'],
  deno: [
    ...['run', '--no-prompt', '--no-lock', '--cached-only', '--conditions=@torii/source'],
    ...['--allow-env=TORII_ISSUER,HOST,PORT', '--allow-net=127.0.0.1'],
  ],
};

async function startProgram(runtime: 'bun' | 'deno', file: string, variables: object): Promise<FetchServer> {
  const env = { ...process.env, HOST: '127.0.0.1', PORT: '0', NO_COLOR: '1', ...variables };
  const child = spawn(binaries[runtime]() ?? '', [...flags[runtime], file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const port = await new Promise<number>((resolve, reject) => {
    const look = (): void => {
      const found = /Listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(output())?.[1];
      if (found !== undefined) resolve(Number(found));
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${runtime} ended: ${output()}`)));
  });
  return { ...listeningOn(port), output, [Symbol.asyncDispose]: () => end(child) };
}

async function startWorker(
  file: string,
  variables: Readonly<Record<string, string>>,
  flags: readonly string[],
): Promise<FetchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-worker-'));
  await build({
    entryPoints: [file],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2023',
    conditions: ['@torii/source', 'workerd', 'worker'],
    external: ['node:*'],
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'config.capnp'), configFor(variables, flags));
  const args = ['serve', join(folder, 'config.capnp'), '--control-fd=3', '--verbose'];
  const child = spawn(binaries.workerd() ?? '', args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const output = collect(child);
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { ...listeningOn(await portOf(child)), output, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw new Error(`workerd did not start: ${output()}`, { cause: error });
  }
}

function configFor(variables: Readonly<Record<string, string>>, flags: readonly string[]): string {
  const bindings = Object.entries(variables).map(
    ([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
  compatibilityFlags = ${JSON.stringify(flags)},
  bindings = [${bindings.join(', ')}],
);
`;
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}

function listeningOn(port: number): { readonly host: string; readonly origin: string } {
  return { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/**
 * Skips a test if the runtime is not installed.
 *
 * @throws Error in CI if the runtime is not installed
 */
export function skipWithout(runtime: FetchRuntime, context: { skip(reason: string): void }): void {
  const missing = missingRuntime(runtime);
  if (missing === undefined) return;
  if (process.env['CI'] === 'true') throw new Error(missing);
  context.skip(missing);
}
