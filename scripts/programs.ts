// Finds programs that tests need and npm does not install. `npm test` installs missing ones if it can. A test whose
// program is missing is skipped with a note that says how to install it; in CI it fails.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Program {
  /** Possible names of the command, most likely first. */
  readonly commands: readonly string[];
  readonly aptPackage: string;
  /** A glob of the folders where the package installs it, if they are not on the PATH. */
  readonly folders?: string;
}

const programs = {
  chromium: {
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    aptPackage: 'chromium',
  },
  memcached: { commands: ['memcached'], aptPackage: 'memcached' },
  postgres: { commands: ['postgres'], aptPackage: 'postgresql', folders: '/usr/lib/postgresql/*/bin' },
  redis: { commands: ['redis-server', 'valkey-server'], aptPackage: 'redis-server' },
  'nats-server': { commands: ['nats-server'], aptPackage: 'nats-server' },
  fish: { commands: ['fish'], aptPackage: 'fish' },
  zsh: { commands: ['zsh'], aptPackage: 'zsh' },
} as const satisfies Readonly<Record<string, Program>>;

export type ProgramName = keyof typeof programs;

export const programNames = Object.keys(programs) as ProgramName[];

interface SkippableTest {
  skip(note: string): never;
}

export function findProgram(name: ProgramName, path: string = process.env['PATH'] ?? ''): string | undefined {
  const { commands, folders: elsewhere }: Program = programs[name];
  const onPath = path.split(delimiter).filter((folder) => folder !== '');
  const folders = elsewhere === undefined ? onPath : [...onPath, ...globSync(elsewhere).sort().reverse()];
  return commands.flatMap((command) => folders.map((folder) => join(folder, command))).find(isExecutable);
}

/**
 * Returns the path of a program that a test needs. Skips the test if the program is not installed.
 *
 * @throws Error in CI if the program is not installed
 */
export function requireProgram(
  context: SkippableTest,
  name: ProgramName,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const path = findProgram(name, environment['PATH']);
  if (path !== undefined) return path;
  const reason = describeMissing(name);
  if (environment['CI'] === 'true') throw new Error(reason);
  return context.skip(reason);
}

/** Installs missing programs with apt, if run as root on Linux. Returns a message for each program that was missing. */
export function setUpPrograms(names: readonly ProgramName[], say: (text: string) => void): readonly string[] {
  const missing = names.filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return [];
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return missing.map(describeMissing);
  const packages = missing.map((name) => programs[name].aptPackage);
  say(`Installing with apt-get: ${packages.join(', ')}`);
  // An outdated package list names files that are no longer in the archive.
  const output = [runApt('update'), runApt('install', '--yes', ...packages)].join('\n').trim();
  return missing.map((name) => {
    const path = findProgram(name);
    return path === undefined ? `${describeMissing(name)}\n${output}` : `${name} installed: ${path}`;
  });
}

function describeMissing(name: ProgramName): string {
  const { commands, aptPackage } = programs[name];
  return `${name} is not installed. Put \`${commands[0]}\` on the PATH. On Debian or Ubuntu, run \`apt-get install ${aptPackage}\``;
}

/** Returns the error output if apt-get fails, otherwise an empty string. */
function runApt(...args: readonly string[]): string {
  const { status, stderr, error } = spawnSync('apt-get', ['--quiet', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0 ? '' : `apt-get ${args.join(' ')}: ${error?.message ?? stderr.trim()}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
