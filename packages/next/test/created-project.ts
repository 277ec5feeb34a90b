// Makes the app that a user has after `create-next-app` and after pasting the README's blocks.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { run } from './program.ts';
import { type FileBlock, readmeBlocks } from './readme-blocks.ts';

const packageFolder = join(import.meta.dirname, '..');

export const fontResponses: string = join(import.meta.dirname, 'google-fonts.cjs');

export interface ProjectOptions {
  readonly version: 15 | 16;
  /** More flags for `create-next-app`. */
  readonly flags?: readonly string[];
  /** Whether npm installs the app's dependencies. Otherwise nothing is requested. */
  readonly install?: boolean;
}

/** Runs `create-next-app --yes`. */
export async function createProject(
  folder: string,
  { version, flags = [], install = false }: ProjectOptions,
): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  const name = version === 16 ? 'create-next-app' : 'create-next-app15';
  const program = join(packageFolder, 'node_modules', name, 'dist', 'index.js');
  // `--yes` also takes the answers that the person at this machine gave before, so it must find none.
  const home = `${folder}.home`;
  const all = ['--yes', '--use-npm', '--disable-git', ...(install ? [] : ['--skip-install']), ...flags];
  await run(dirname(folder), process.execPath, [program, basename(folder), ...all], {
    XDG_CONFIG_HOME: home,
    ...(!install && { npm_config_registry: 'http://127.0.0.1:9/' }),
  });
  rmSync(home, { recursive: true, force: true });
}

/** The folder of the app's own files: `src`, or the project itself. */
export function sourceFolder(folder: string): string {
  const { paths } = readSettings(folder);
  return join(folder, dirname(paths.target));
}

/** Pastes the README's blocks, and follows what it says about `src` and about the name of the proxy. */
export function pasteReadme(folder: string, entrance: 'proxy.ts' | 'middleware.ts' | 'none'): void {
  const source = sourceFolder(folder);
  for (const block of readmeBlocks()) {
    const { path, code } = block.path === 'proxy.ts' ? renameProxy(block, entrance) : block;
    if (path === undefined) continue;
    // Environment files belong to the project, also if the app is in src.
    const file = join(path.startsWith('.') ? folder : source, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
}

function renameProxy({ code }: FileBlock, entrance: 'proxy.ts' | 'middleware.ts' | 'none') {
  if (entrance === 'none') return { path: undefined, code };
  return { path: entrance, code: entrance === 'proxy.ts' ? code : code.replace(/\bconst proxy\b/, 'const middleware') };
}

/** Changes a file of the project. Fails if it does not contain the text. */
export function edit(file: string, from: string | RegExp, to: string): void {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${file} does not contain ${from}:\n${before}`);
  writeFileSync(file, after);
}

/** Adds options to `next.config.ts`, at the place that the template names. */
export function configure(folder: string, options: object): void {
  const lines = Object.entries(options).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`);
  const file = join(folder, 'next.config.ts');
  for (const name of Object.keys(options)) {
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(new RegExp(`^  ${name}: .*,\n`, 'm'), ''));
  }
  edit(file, /^ {2}\/\* config options here \*\/\n/m, `  /* config options here */\n${lines.join('\n')}\n`);
}

/** The arguments of `next` in a script of the project's package.json. */
export function scriptOf(folder: string, name: 'build' | 'start' | 'dev'): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const [program, ...args] = String(scripts[name]).split(' ');
  if (program !== 'next') throw new Error(`The script ${name} runs ${program}.`);
  return args;
}

function readSettings(folder: string): { readonly paths: { readonly alias: string; readonly target: string } } {
  const { compilerOptions } = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8'));
  const [[alias, [target]]] = Object.entries<string[]>(compilerOptions.paths) as [[string, [string]]];
  return { paths: { alias, target } };
}
