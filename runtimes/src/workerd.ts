// workerd, which is what Cloudflare Workers run on: without miniflare around it, and by the rules of two days.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { bundle } from './bundle.ts';
import { describeMissing, findBinary, type Running, type Runtime } from './runtime.ts';
import type { Visit } from './visits.ts';

export interface Workerd extends Runtime {
  start(): Promise<Worker>;
}

export interface Worker extends Running {
  /** One request to the Worker. Any number may be under way at once. */
  visit(visit: Visit): Promise<string>;
}

/**
 * Compatibility dates. Before October 2024 a promise of a request that has ended is awaited for ever; since then, waiting
 * for it throws, and what would settle it is dropped.
 */
const days = ['2024-09-01', '2026-11-01'];

export async function listWorkerds(): Promise<readonly Workerd[]> {
  const script = await bundle('in-worker', ['workerd', 'worker']);
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const ending = process.platform === 'win32' ? '.exe' : '';
  const platform = `${system}-${process.arch === 'x64' ? '64' : process.arch}`;
  const binary = findBinary(['workerd', `@cloudflare/workerd-${platform}`], `bin/workerd${ending}`);
  return days.map((day) => ({
    name: `workerd ${day}`,
    kind: 'bundled',
    missing: binary === undefined ? describeMissing('workerd') : undefined,
    start: () => startWorker(binary ?? '', script, day),
  }));
}

async function startWorker(binary: string, script: string, day: string): Promise<Worker> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-workerd-'));
  const config = join(folder, 'config.capnp');
  writeFileSync(config, configFor(basename(script), day));
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

function configFor(script: string, day: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (modules = [(name = "worker", esModule = embed "/${script}")], compatibilityDate = "${day}")),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}

/** workerd tells on the descriptor that it was given for this, in a line of JSON. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)));
    let told = '';
    child.stdio[3]?.on('data', (data) => {
      told += data;
      const port = /"port":(\d+)\}/.exec(told)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}
