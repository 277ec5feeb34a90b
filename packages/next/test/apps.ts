// Builds the fixture app as users would, with compiled packages in node_modules. Each variant is built once, and again
// when one of its sources has changed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { lock, lockOneOf } from '../../../scripts/lock-file.ts';
import { repository } from '../../../scripts/workspace.ts';

interface Recipe {
  readonly next: 'next' | 'next15';
  /** The file that runs before the app's pages and routes. */
  readonly entrance: 'proxy.ts' | 'middleware.ts' | 'none';
  /** `main` runs in `npm test`, with one build per version of Next. `matrix` runs in `npm run test:matrix`. */
  readonly suite: 'main' | 'matrix';
}

/** Next 16 and 15, each with its kinds of proxy and without one. */
export const recipes = {
  'Next 16, proxy.ts': { next: 'next', entrance: 'proxy.ts', suite: 'main' },
  'Next 16, middleware.ts': { next: 'next', entrance: 'middleware.ts', suite: 'matrix' },
  'Next 16 alone': { next: 'next', entrance: 'none', suite: 'matrix' },
  'Next 15, middleware.ts': { next: 'next15', entrance: 'middleware.ts', suite: 'main' },
  'Next 15 alone': { next: 'next15', entrance: 'none', suite: 'matrix' },
} as const satisfies Readonly<Record<string, Recipe>>;

export type Variant = keyof typeof recipes;

export const allVariants = Object.keys(recipes) as Variant[];

/** The variants of a suite; by default of the suite that is running. */
export function variantsOf(suite: string = process.env['TEST_SUITE'] ?? 'main'): readonly Variant[] {
  return allVariants.filter((variant) => recipes[variant].suite === suite);
}

/** Written into every build, so that provider-session.tsx uses the provider. */
export const publishableKey = 'pk_test_fixture';

const template = join(import.meta.dirname, 'fixture-app');
const packageFolder = join(repository, 'packages', 'next');
const buildsFolder = join(repository, '.reports', 'next-apps');
const maxBuilds = 2;

const built = new Map<Variant, Promise<string>>();

/** Returns the folder of a built variant. Within one process it does not change, even if the sources do. */
export function builtApp(variant: Variant): Promise<string> {
  const folder = built.get(variant) ?? build(variant);
  built.set(variant, folder);
  return folder;
}

async function build(variant: Variant): Promise<string> {
  const recipe = recipes[variant];
  const name = variant.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const folder = join(buildsFolder, `${name}-${fingerprint(recipe)}`);
  mkdirSync(buildsFolder, { recursive: true });
  await using _alone = await lock(`${folder}.lock`);
  if (existsSync(join(folder, 'built'))) return folder;
  await using _slot = await lockOneOf(
    Array.from({ length: maxBuilds }, (_, index) => join(buildsFolder, `slot-${index}.lock`)),
  );
  for (const old of readdirSync(buildsFolder)) {
    if (old.startsWith(`${name}-`) && !old.endsWith('.lock'))
      rmSync(join(buildsFolder, old), { recursive: true, force: true });
  }
  await layOut(folder, recipe);
  await run(folder, process.execPath, [nextProgram(folder), 'build'], {
    REPOSITORY: repository,
    NEXT_PUBLIC_TORII_PUBLISHABLE_KEY: publishableKey,
    // Once per version of Next.
    CHECK_TYPES: String(variant === 'Next 16, proxy.ts' || variant === 'Next 15, middleware.ts'),
  });
  writeFileSync(join(folder, 'built'), '');
  return folder;
}

export function nextProgram(folder: string): string {
  return join(folder, 'node_modules', 'next', 'dist', 'bin', 'next');
}

function fingerprint({ next, entrance }: Recipe): string {
  const hash = createHash('sha256').update(next + entrance + process.version);
  const patterns = [
    'packages/{core/src,next/src,emulator/src/browser}/**',
    'packages/next/test/{fixture-app/**,apps.ts}',
    'pnpm-lock.yaml',
  ];
  for (const path of globSync(patterns, { cwd: repository }).sort()) {
    const file = join(repository, path);
    if (statSync(file).isFile()) hash.update(path).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 12);
}

async function layOut(folder: string, { next, entrance }: Recipe): Promise<void> {
  cpSync(template, folder, { recursive: true });
  for (const file of ['proxy.ts', 'middleware.ts']) if (file !== entrance) rmSync(join(folder, file));
  const modules = join(folder, 'node_modules');
  for (const name of ['react', 'react-dom', 'typescript', '@types/node', '@types/react', '@types/react-dom']) {
    link(join(packageFolder, 'node_modules', name), join(modules, name));
  }
  link(join(packageFolder, 'node_modules', next), join(modules, 'next'));
  // Of the emulator, an app uses the browser's half.
  for (const [each, half] of [
    ['core', '{build,node}'],
    ['next', 'build'],
    ['emulator', 'browser'],
  ] as const) {
    const target = join(modules, '@torii', each);
    cpSync(join(repository, 'packages', each, 'package.json'), join(target, 'package.json'), { recursive: true });
    for (const config of globSync(`packages/${each}/tsconfig.${half}.json`, { cwd: repository })) {
      // `npm run typecheck` checks the types.
      await run(repository, 'tsc', ['-p', config, '--noCheck', '--outDir', join(target, 'dist')]);
    }
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'dir');
}

async function run(
  cwd: string,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...environment, NODE_ENV: 'production' as const };
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${output}`);
}
