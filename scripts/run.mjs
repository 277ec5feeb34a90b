// Runs a command with this repository's tools. Needs only Node >= 20.19 and npm:
//   node scripts/run.mjs vitest run
// Installs pnpm, and a newer Node if this one is too old, into .tools/, then the locked dependencies. Steps whose
// result already exists are skipped.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, '.tools');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const nodeVersion = '24.21.0';
/** The first version with type stripping and `node:sqlite` without a flag, and with NODE_USE_ENV_PROXY. */
const oldestNode = [22, 21];

const command = process.argv.slice(2);
if (command.length === 0) stop('Usage: node scripts/run.mjs COMMAND [ARGUMENT…]');

const node = developmentNode();
const pnpm = join(tools, 'node_modules', 'pnpm', 'bin', 'pnpm.mjs');
const path = [
  dirname(node),
  join(tools, 'node_modules', '.bin'),
  join(root, 'node_modules', '.bin'),
  process.env.PATH ?? '',
].join(delimiter);
const env = {
  ...process.env,
  PATH: path,
  NEXT_TELEMETRY_DISABLED: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
};

if (!existsSync(pnpm)) addTool(packageManager);
// Do not install before `pnpm` commands: `pnpm install` updates the lockfile, and an install from an outdated lockfile
// fails.
if (command[0] !== 'pnpm') installDependencies();
runCommand();

/** Runs the command and exits with its exit code. A signal never ends this process before the command has cleaned up. */
function runCommand() {
  const child = spawn(command[0], command.slice(1), { cwd: root, env, stdio: 'inherit' });
  child.on('error', (error) => stop(`${command[0]} cannot be started: ${error.message}`));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the command too: forwarding it would make the command receive it twice.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('close', (status, signal) => process.exit(status ?? 128 + (constants.signals[signal] ?? 0)));
}

/** The path of this Node, or of a newer one from the npm registry if this one is too old for the repository's tools. */
function developmentNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const binary = join(tools, 'node_modules', name, 'bin', platform === 'win' ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    say(`Node ${process.versions.node} is too old for the tools: adding Node ${nodeVersion} to .tools/`);
    addTool(
      `${name}@${nodeVersion}`,
      `Install Node ${oldestNode.join('.')} or newer from https://nodejs.org and try again.`,
    );
  }
  return binary;
}

function installDependencies() {
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'));
  const stamp = join(root, 'node_modules', '.torii-installed');
  const wanted = createHash('sha256').update(lock).update(node).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Installing the locked dependencies');
  run(
    node,
    [pnpm, 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'],
    'Check that the npm registry is reachable. If you changed dependencies, run: node scripts/run.mjs pnpm install',
    { env },
  );
  writeFileSync(stamp, wanted);
}

function addTool(specifier, remedy = 'Check that the npm registry is reachable.') {
  say(`Adding ${specifier} to .tools/`);
  mkdirSync(tools, { recursive: true });
  if (!existsSync(join(tools, 'package.json'))) writeFileSync(join(tools, 'package.json'), '{ "private": true }\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const flags = [
    '--prefix',
    tools,
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--save-exact',
    '--loglevel=error',
  ];
  run(npm, ['install', ...flags, specifier], remedy, { shell: process.platform === 'win32' });
}

function run(program, args, remedy, options = {}) {
  // Everything goes to stderr, so that stdout contains only the output of the command.
  const { status } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (status !== 0) stop(`\`${[program, ...args].join(' ')}\` failed. ${remedy}`);
}

function say(text) {
  process.stderr.write(`› ${text}\n`);
}

function stop(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
