import { CommandFailure } from '../../failures.ts';
import { printable } from '../../output/printable.ts';
import type { PackageManager, Project } from './plan.ts';
import { allDependencies } from './project.ts';

type Scripts = Readonly<Record<string, string>>;

/** The script that `npm init` writes. It only fails, so it counts as absent. */
const noTest = /^echo "Error: no test specified" && exit 1$/;

export function hasScript({ manifest }: Project, name: string): boolean {
  const script = manifest.scripts?.[name];
  return script !== undefined && !noTest.test(script);
}

/** How to run a script of package.json, such as `npm run dev`. */
export function runScript(manager: PackageManager, name: string): string {
  if (manager === 'npm') return ['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`;
  return manager === 'bun' ? `bun run ${name}` : `${manager} ${name}`;
}

/**
 * A path as a word of a script, for the shells of all systems.
 *
 * @throws CommandFailure if a shell would read it in another way
 */
export function scriptPath(path: string): string {
  if (/^[\w@%+=:,./-]+$/.test(path)) return path;
  if (/^[\w@%+=:,./ ()[\]{}~;#'-]+$/.test(path)) return `"${path}"`;
  throw new CommandFailure(
    `${printable(path)} has a character that scripts of package.json cannot contain safely. Rename it, and run it again.`,
  );
}

/** How to run a program of an installed package, such as `npx torii`. */
export function runProgram(manager: PackageManager, program: string): string {
  const runner = { npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn', bun: 'bunx' }[manager];
  return `${runner} ${program}`;
}

/** Adds scripts to the text of package.json, and keeps its indentation and line breaks. Existing scripts are not changed. */
export function addScripts(project: Project, scripts: Scripts, name: string): string {
  const text = project.files.read('package.json');
  const { scripts: existing = {}, ...others } = text === undefined ? newManifest(name) : parse(text);
  const added = Object.entries(scripts).filter(([script]) => !hasScript(project, script));
  if (text !== undefined && added.length === 0) return text;
  const merged = { ...existing, ...Object.fromEntries(added) };
  // Keeps the order of the properties in package.json.
  const keys =
    text !== undefined && 'scripts' in parse(text) ? Object.keys(parse(text)) : [...Object.keys(others), 'scripts'];
  const manifest = Object.fromEntries(keys.map((key) => [key, key === 'scripts' ? merged : others[key]]));
  const indent = /^[ \t]+(?=")/m.exec(text ?? '')?.[0] ?? '  ';
  const newline = text?.includes('\r\n') ? '\r\n' : '\n';
  const end = text === undefined || text.endsWith('\n') ? newline : '';
  return JSON.stringify(manifest, undefined, indent).replaceAll('\n', newline) + end;
}

function parse(text: string): { readonly scripts?: Scripts; readonly [key: string]: unknown } {
  return JSON.parse(text.replace(/^\uFEFF/, ''));
}

function newManifest(name: string): { readonly scripts?: Scripts; readonly [key: string]: unknown } {
  return {
    name:
      name
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, '-')
        .replace(/^-+|-+$/g, '') || 'app',
    private: true,
    type: 'module',
  };
}

/** The packages of a list that package.json does not have. */
export function missingPackages({ manifest }: Project, names: readonly string[]): readonly string[] {
  const present = allDependencies(manifest);
  return [...new Set(names)].filter((name) => !Object.hasOwn(present, name.replace(/(?<=.)@.*$/, ''))).toSorted();
}

/** The command that adds packages to package.json and installs them. */
export function installCommand(
  manager: PackageManager,
  names: readonly string[],
  isDevelopment: boolean,
): readonly string[] {
  const flag = isDevelopment ? [{ npm: '--save-dev', pnpm: '--save-dev', yarn: '--dev', bun: '--dev' }[manager]] : [];
  return [manager, manager === 'npm' ? 'install' : 'add', ...flag, ...names];
}
