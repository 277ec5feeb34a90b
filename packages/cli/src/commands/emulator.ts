import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { ProgramEnded } from '../failures.ts';
import { requirePackages } from '../optional-package.ts';

const help = `
Every option is torii-emulator's:
  -p, --port <number>
  -d, --data <file>
  -s, --seed <file>
  -e, --environment <name>
  $ torii emulator -- --help lists them.

Examples:
  $ torii emulator
  $ torii emulator --port 0 \\
      --seed seed.json --data torii.db

It needs Node 22.13 or newer, and ends
at Ctrl-C.`;

/** `torii emulator`: a local Torii, where @torii/emulator is installed. */
export function addEmulator(program: Command, context: Context): void {
  program
    .command('emulator')
    .description('Run a local Torii to develop and test against.')
    .argument('[emulator-options...]', 'what torii-emulator takes')
    .allowUnknownOption()
    .addHelpText('after', help)
    .action((args: readonly string[]) => runEmulator(context, args));
}

async function runEmulator(context: Context, args: readonly string[]): Promise<void> {
  const { cwd, env, signal, output, stderr } = context;
  requirePackages('torii emulator', ['@torii/emulator']);
  // The program stands beside the entry, in the package as in its source.
  const program = fileURLToPath(import.meta.resolve('@torii/emulator').replace(/index(\.\w+)$/, 'main$1'));
  // A process of its own: it has signals and an end of its own, and says itself where Node is too old for it.
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Ctrl-C reaches both of us. SIGTERM, a host's signal and a closed pipe reach this process alone.
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  child.stderr.on('data', (text) => stderr.write(text));
  const ended = once(child, 'close');
  try {
    for await (const text of child.stdout) await output.write(text);
    const [code] = await ended;
    signal.throwIfAborted();
    if (code !== 0) throw new ProgramEnded(typeof code === 'number' ? code : 1);
  } finally {
    stop();
    signal.removeEventListener('abort', stop);
    await ended;
  }
}
