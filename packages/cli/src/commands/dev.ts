import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isLoopback, problemOfIssuer } from '@torii/core/internal';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CommandFailure, ProgramEnded, UsageError } from '../failures.ts';
import { printable } from '../output/printable.ts';
import { addSettingsOptions, type SettingsOptions, settingsFrom } from '../settings.ts';
import { startEmulatorProgram } from './emulator-program.ts';

interface DevOptions extends SettingsOptions {
  readonly seed?: string;
  readonly data?: string;
  readonly port?: string;
  readonly allowOrigin?: readonly string[];
}

const help = `
The app gets the variables of the local Torii:
TORII_ISSUER, TORII_ENVIRONMENT_ID,
TORII_API_URL and the keys.
They take the place of those in .env.

Ctrl-C ends both. If the app ends, torii ends
with the same exit code.

Examples:
  $ torii dev -- npm start
  $ torii dev --seed torii-seed.json \\
      -- node --watch server.js

Needs Node 22.13 or newer.`;

export function addDev(program: Command, context: Context): void {
  addSettingsOptions(
    program
      .command('dev')
      .description('Run an app together with a local Torii.')
      .argument('<command...>', 'starts the app'),
  )
    .option('-s, --seed <file>', 'users and organizations to create')
    .option('-d, --data <file>', 'keep everything in this file')
    .option('-p, --port <number>', 'port of the local Torii (4100)')
    .option('--allow-origin <origin>', 'let pages of this origin sign users in; repeatable', addText)
    .addHelpText('after', help)
    .action((command: readonly string[], options: DevOptions) => runDev(context, command, options));
}

async function runDev(context: Context, command: readonly string[], options: DevOptions): Promise<void> {
  const { env, signal, output, stderr } = context;
  const emulator = startEmulatorProgram(
    { ...context, env: { ...env, ...keyFor(context, options) } },
    'torii dev',
    emulatorArguments(options),
  );
  const children: ChildProcess[] = [emulator];
  // A second Ctrl-C ends torii at once.
  const kill = (): void => children.forEach((child) => void child.kill('SIGKILL'));
  process.once('exit', kill);
  let problem = '';
  emulator.stderr.on('data', (text) => {
    problem += text;
    stderr.write(text);
  });
  const emulatorEnded = once(emulator, 'close').then(([code]) => codeOf(code));
  try {
    const started = await Promise.race([readStart(emulator), emulatorEnded]);
    signal.throwIfAborted();
    if (typeof started === 'number') {
      if (/^Port .* in use/m.test(problem)) output.say('To use a free port: torii dev --port 0');
      throw new ProgramEnded(started || 1);
    }
    const { variables, dashboard } = started;
    output.say(`The app uses a local Torii at ${variables['TORII_ISSUER']}. Its dashboard: ${dashboard}`);
    const app = startApp(context, command, variables);
    children.push(app);
    const code = await Promise.race([endOf(app, command), emulatorEnded.then(() => undefined), aborted(signal)]);
    signal.throwIfAborted();
    if (code === undefined) throw new CommandFailure('The local Torii ended, so the app was ended too.');
    if (code !== 0) throw new ProgramEnded(code);
  } finally {
    await stopAll(children);
    process.off('exit', kill);
  }
}

function addText(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

function emulatorArguments({ seed, data, port, allowOrigin = [] }: DevOptions): readonly string[] {
  return [
    ...(seed === undefined ? [] : ['--seed', seed]),
    ...(data === undefined ? [] : ['--data', data]),
    ...(port === undefined ? [] : ['--port', port]),
    ...allowOrigin.flatMap((origin) => ['--allow-origin', origin]),
  ];
}

/**
 * The secret key of the settings file, so that `torii users list` works in another terminal. Only if the file's issuer is local:
 * the key of a real environment must not be given to the emulator.
 */
function keyFor(context: Context, options: DevOptions): Readonly<Record<string, string>> {
  const find = settingsFrom({ ...context, env: {} }, options);
  const [key, issuer] = [find('TORII_SECRET_KEY')?.text ?? '', find('TORII_ISSUER')?.text ?? ''];
  const isLocal = problemOfIssuer(issuer) === undefined && isLoopback(new URL(issuer).hostname);
  const isSet = context.env['TORII_EMULATOR_SECRET_KEY'] !== undefined;
  return isLocal && !isSet && /^sk_test_.{4}/.test(key) ? { TORII_EMULATOR_SECRET_KEY: key } : {};
}

interface Started {
  readonly variables: Readonly<Record<string, string>>;
  readonly dashboard: string;
}

/** Waits until the emulator is ready, and reads its addresses from its output. */
async function readStart({ stdout }: ReturnType<typeof startEmulatorProgram>): Promise<Started> {
  let text = '';
  return new Promise((resolve) => {
    // The listener stays after the start: if nothing read the pipe, the emulator could not print.
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (!/^Ctrl-C/m.test(text)) return;
      const variables = [...text.matchAll(/^ *(TORII_[A-Z_]+)=(\S*)$/gm)].map(([, name, value]) => [name, value]);
      const [, dashboard = ''] = /^ *dashboard +(\S+)$/m.exec(text) ?? [];
      resolve({ variables: Object.fromEntries(variables), dashboard });
      text = '';
    });
  });
}

function startApp(
  { cwd, env }: Context,
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
): ChildProcess {
  const [program = '', ...args] = command;
  const options = { cwd, env: { ...env, ...variables }, stdio: 'inherit' } as const;
  // On Windows, npm and others are .cmd files, which only a shell can start.
  if (process.platform === 'win32') return spawn(command.map(quoted).join(' '), { ...options, shell: true });
  return spawn(program, args, options);
}

function quoted(word: string): string {
  return /^[\w./:\\@=+-]+$/.test(word) ? word : `"${word.replaceAll('"', '""')}"`;
}

async function endOf(app: ChildProcess, [program = '']: readonly string[]): Promise<number> {
  try {
    const [code] = await once(app, 'exit');
    return codeOf(code);
  } catch (error) {
    const reason = String(Reflect.get(Object(error), 'code'));
    throw new UsageError(`${printable(program)} cannot be started (${reason}). Check the command after --.`);
  }
}

function codeOf(code: unknown): number {
  return typeof code === 'number' ? code : 1;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** Stops the app before the emulator, so that the app can still verify tokens while it shuts down. */
async function stopAll(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children.toReversed()) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
}
