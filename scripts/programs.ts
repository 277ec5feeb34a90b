// Programs that tests drive and npm does not bring. `npm test` sets up those that are missing, where it can; a test asks
// for one by name, and gets its path, or is skipped with a reason and a remedy. In CI a missing one is a failure.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Program {
  /** What it may be called, the likeliest first. */
  readonly commands: readonly string[];
  /** The package that brings it on Debian and Ubuntu. */
  readonly aptPackage: string;
  /** Where that package puts it, if not on the PATH. */
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

/** As much of a test's context as is needed to skip it. */
interface SkippableTest {
  skip(note: string): never;
}

/** The path of a program, or undefined where this machine does not have it. */
export function findProgram(name: ProgramName, path: string = process.env['PATH'] ?? ''): string | undefined {
  const { commands, folders: elsewhere }: Program = programs[name];
  const onPath = path.split(delimiter).filter((folder) => folder !== '');
  const folders = elsewhere === undefined ? onPath : [...onPath, ...globSync(elsewhere).sort().reverse()];
  return commands.flatMap((command) => folders.map((folder) => join(folder, command))).find(isExecutable);
}

/**
 * The path of a program that a test cannot do without. Skips the test where the program is missing.
 *
 * @throws Error in CI, where nothing may be missing
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

/** Installs with apt what is missing. Returns a line for each program that had to be installed or could not be. */
export function setUpPrograms(names: readonly ProgramName[], say: (text: string) => void): readonly string[] {
  const missing = names.filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return [];
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return missing.map(describeMissing);
  const packages = missing.map((name) => programs[name].aptPackage);
  say(`Installing with apt-get: ${packages.join(', ')}`);
  // An old list names files that the archive no longer has.
  const output = [runApt('update'), runApt('install', '--yes', ...packages)].join('\n').trim();
  return missing.map((name) => {
    const path = findProgram(name);
    return path === undefined ? `${describeMissing(name)}\n${output}` : `${name} installed: ${path}`;
  });
}

function describeMissing(name: ProgramName): string {
  const [command] = programs[name].commands;
  return `needs ${name}: install it so that \`${command}\` is on the PATH; on Debian or Ubuntu \`apt-get install ${programs[name].aptPackage}\``;
}

/** Returns what apt said where it failed. */
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
