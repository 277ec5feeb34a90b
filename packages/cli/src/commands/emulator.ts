import { once } from 'node:events';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { ProgramEnded } from '../failures.ts';
import { startEmulatorProgram } from './emulator-program.ts';

const help = `
Options are passed to torii-emulator:
  -p, --port <number>
  -d, --data <file>
  -s, --seed <file>
  -e, --environment <name>
  --host <address>
  --public-origin <origin>
  --allow-host <name>
All of them: torii emulator -- --help

Examples:
  $ torii emulator
  $ torii emulator --port 0 \\
      --seed seed.json --data torii.db

Needs Node 22.13 or newer. Stop it with
Ctrl-C.`;

export function addEmulator(program: Command, context: Context): void {
  program
    .command('emulator')
    .description('Run a local Torii for development and tests.')
    .argument('[emulator-options...]', 'options of torii-emulator')
    .allowUnknownOption()
    .addHelpText('after', help)
    .action((args: readonly string[]) => runEmulator(context, args));
}

async function runEmulator(context: Context, args: readonly string[]): Promise<void> {
  const { signal, output, stderr } = context;
  const child = startEmulatorProgram(context, 'torii emulator', args);
  // Pass on what ends this run, such as SIGTERM, an abort by the calling program or a closed pipe. Without this, only
  // Ctrl-C would stop the child: the terminal sends it to both processes.
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  // At a second Ctrl-C torii exits at once.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
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
    process.off('exit', kill);
  }
}
