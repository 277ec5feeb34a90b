// workerd, the runtime of Cloudflare Workers, without miniflare, and with two compatibility dates.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { binaries } from './binaries.ts';
import { bundle } from './bundle.ts';
import type { ScriptName } from './case.ts';
import type { FeedVisit } from './feed-visits.ts';
import { describeMissing, type Running, type Runtime } from './runtime.ts';
import type { Visit } from './visits.ts';

export interface Workerd extends Runtime {
  start(script?: ScriptName): Promise<Worker>;
}

export interface Worker extends Running {
  /** Sends a request to the Worker. Requests may be concurrent. */
  visit(visit: Visit | FeedVisit): Promise<string>;
}

/**
 * Before October 2024, a request that awaited a promise of an ended request waited forever. Since then it throws.
 */
const compatibilityDates = ['2024-09-01', '2026-11-01'];

export async function listWorkerds(): Promise<readonly Workerd[]> {
  const conditions = ['workerd', 'worker'];
  const scripts = { cases: await bundle('in-worker', conditions), alone: await bundle('alone-in-worker', conditions) };
  const binary = binaries.workerd();
  return compatibilityDates.map((date) => ({
    name: `workerd ${date}`,
    kind: 'bundled',
    missing: binary === undefined ? describeMissing('workerd') : undefined,
    start: (script = 'cases') => startWorker(binary ?? '', scripts[script], date),
  }));
}

async function startWorker(binary: string, script: string, date: string): Promise<Worker> {
  const { url, stop } = await serveWorker(binary, script, date);
  const send = async (body: unknown): Promise<string> =>
    (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).text();
  return {
    async ask(questions) {
      const answers: string[] = [];
      for (const question of questions) answers.push(await send(question));
      return { answers };
    },
    visit: send,
    stop,
  };
}

export interface WorkerServer {
  readonly name: string;
  serve(bindings: Readonly<Record<string, string>>): ReturnType<typeof serveWorker>;
}

/** Serves a script with the newest compatibility date. `undefined` if workerd is not installed. */
export function findWorkerServer(script: string): WorkerServer | undefined {
  const binary = binaries.workerd();
  const date = compatibilityDates.at(-1) ?? '';
  if (binary === undefined) return undefined;
  return { name: `workerd ${date}`, serve: (bindings) => serveWorker(binary, script, date, bindings) };
}

async function serveWorker(
  binary: string,
  script: string,
  date: string,
  bindings: Readonly<Record<string, string>> = {},
): Promise<{ readonly url: string; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-workerd-'));
  const config = join(folder, 'config.capnp');
  writeFileSync(config, configFor(basename(script), date, bindings));
  const args = ['serve', config, `--import-path=${dirname(script)}`, '--control-fd=3'];
  const child = spawn(binary, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const stop = (): void => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = await portOf(child).then(
    (port) => `http://127.0.0.1:${port}/`,
    (error) => {
      stop();
      throw error;
    },
  );
  return { url, stop };
}

function configFor(script: string, date: string, bindings: Readonly<Record<string, string>>): string {
  const texts = Object.entries(bindings).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (modules = [(name = "worker", esModule = embed "/${script}")], compatibilityDate = "${date}",
      bindings = [${texts.join(', ')}])),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}

/** Reads the port from `--control-fd`, to which workerd writes it as a line of JSON. */
export function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`workerd exited with ${code}`)));
    let output = '';
    child.stdio[3]?.on('data', (data) => {
      output += data;
      const port = /"port":(\d+)\}/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}
