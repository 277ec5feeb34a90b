import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Emulator } from '@torii/emulator';
import { onTestFinished, vi } from 'vitest';

// Tests wait for the result that they expect. These limits only end a test that fails, even on a slow machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** Options for `vi.waitFor()` and `expect.poll()`. */
export const patience = { interval: 5, timeout: 240_000 };

/** How a command is started. */
export interface Start {
  /** Variables to add to an environment that has none of Torii's variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The working folder. @default a new empty folder */
  readonly folder?: string;
  /** The program to run. @default `torii` */
  readonly program?: URL;
}

/** The result of a command. */
export interface Ended {
  /** Its exit code, or the signal that ended it. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command whose input and output are pipes. */
export interface RunningCommand {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

const torii = new URL('../src/main.ts', import.meta.url);

/** Starts `torii` from `src/` in a child process with pipes. It is killed at the end of the test. */
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

/** Runs `torii` with a text on standard input and waits until it exits. */
export function runCommand(args: readonly string[], start: Start & { readonly input?: string } = {}): Promise<Ended> {
  const command = startCommand(args, start);
  command.stdin.end(start.input ?? '');
  return command.ended;
}

/** The environment variables of an app that uses this emulator. */
export function environmentOf({ issuer, apiUrl, secretKey }: Emulator): Readonly<Record<string, string>> {
  return { TORII_ISSUER: issuer, TORII_API_URL: apiUrl, TORII_SECRET_KEY: secretKey };
}

/** Creates an empty folder that is deleted at the end of the test. */
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
