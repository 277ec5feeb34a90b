import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Emulator } from '@torii/emulator';
import { onTestFinished, vi } from 'vitest';

// A test waits for what it expects. These only end one that waits in vain, on a slow machine too.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** How often to look for what a test waits for, and when to give up. */
export const patience = { interval: 5, timeout: 240_000 };

/** How a command is started. */
export interface Start {
  /** Joins an environment that holds nothing of Torii's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs; an empty folder of its own where left out. */
  readonly folder?: string;
  /** The program; `torii` where left out. */
  readonly program?: URL;
}

/** What a command did. */
export interface Ended {
  /** Its exit code, or the signal that ended it. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs in pipes. */
export interface RunningCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

const torii = new URL('../src/main.ts', import.meta.url);

/** Starts `torii` as it stands in `src/`, a process of its own, in pipes. Killed at the end of the test. */
export function startCommand(args: readonly string[], start: Start = {}): RunningCommand {
  const child = spawn(process.execPath, nodeArguments(args, start), {
    cwd: start.folder ?? temporaryFolder(),
    env: cleanEnvironment(start),
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  child.stdin.on('error', () => {});
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code ?? signal, ...output }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const { stdin, stdout, stderr } = child;
  return { stdin, stdout, stderr, ended, kill: (signal) => child.kill(signal) };
}

/** Runs `torii` to its end, with a text on its standard input. */
export function runCommand(args: readonly string[], start: Start & { readonly input?: string } = {}): Promise<Ended> {
  const command = startCommand(args, start);
  command.stdin.end(start.input ?? '');
  return command.ended;
}

/** What an app of this emulator is configured with. */
export function environmentOf({ issuer, apiUrl, secretKey }: Emulator): Readonly<Record<string, string>> {
  return { TORII_ISSUER: issuer, TORII_API_URL: apiUrl, TORII_SECRET_KEY: secretKey };
}

/** An empty folder, gone at the end of the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'torii-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function nodeArguments(args: readonly string[], { program = torii }: Start): string[] {
  return ['--conditions=@torii/source', fileURLToPath(program), ...args];
}

export function cleanEnvironment({ environment = {} }: Start): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  return { PATH, NODE_COMPILE_CACHE, HOME: tmpdir(), TERM: 'xterm-256color', ...environment };
}
