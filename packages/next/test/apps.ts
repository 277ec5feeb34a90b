// Builds the apps of the tests as users do: the output of `create-next-app`, the README's blocks, and the fixture's pages, with
// compiled packages in node_modules. Each variant is built once, and again when one of its sources has changed.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { buildPackage } from '../../../scripts/build/package-build.ts';
import { lock, lockOneOf } from '../../../scripts/lock-file.ts';
import { repository } from '../../../scripts/workspace.ts';
import {
  configure,
  createProject,
  edit,
  fontResponses,
  pasteReadme,
  scriptOf,
  sourceFolder,
} from './created-project.ts';
import { run } from './program.ts';

interface Recipe {
  readonly next: 'next' | 'next15';
  /** The file that runs before the app's pages and routes. */
  readonly entrance: 'proxy.ts' | 'middleware.ts' | 'none';
  /** `main` runs in `npm test`, with one build per version of Next. `matrix` runs in `npm run test:matrix`. */
  readonly suite: 'main' | 'matrix';
  /** Flags of `create-next-app` in addition to `--yes`. */
  readonly flags?: readonly string[];
  /** Options in `next.config.ts` that differ from those of `create-next-app`. */
  readonly config?: NextOptions;
  /** Arguments of `next build` in place of those in the project's package.json. */
  readonly build?: readonly string[];
  /** Whether Torii's React provider has the session, as in docs/react-provider.md, and not the emulator's code. */
  readonly provider?: boolean;
}

interface NextOptions {
  readonly cacheComponents?: boolean;
  readonly partialPrefetching?: boolean;
  readonly basePath?: string;
  readonly trailingSlash?: boolean;
  readonly output?: 'standalone';
  readonly experimental?: { readonly authInterrupts?: boolean; readonly taint?: boolean };
  readonly i18n?: { readonly locales: readonly string[]; readonly defaultLocale: string };
}

const classic: NextOptions = { cacheComponents: false, partialPrefetching: false };
const interrupts: NextOptions = { experimental: { authInterrupts: true } };
const i18n = { locales: ['en', 'de'], defaultLocale: 'en' };
const inSrc = ['--src-dir', '--import-alias', '~/*'];

/**
 * The default projects of Next 16 and 15, and what users change in them. One build has several changes where they do not touch
 * the same code, because each build costs the matrix a minute.
 */
export const recipes = {
  'Next 16, proxy.ts': { next: 'next', entrance: 'proxy.ts', suite: 'main' },
  'Next 15, middleware.ts': { next: 'next15', entrance: 'middleware.ts', suite: 'matrix' },
  'Next 16, middleware.ts': { next: 'next', entrance: 'middleware.ts', suite: 'matrix' },
  'Next 16 alone': { next: 'next', entrance: 'none', suite: 'matrix' },
  'Next 16 without cacheComponents': { next: 'next', entrance: 'proxy.ts', suite: 'matrix', config: classic },
  'Next 16 alone without cacheComponents': { next: 'next', entrance: 'none', suite: 'matrix', config: classic },
  'Next 15 alone with authInterrupts': { next: 'next15', entrance: 'none', suite: 'matrix', config: interrupts },
  'Next 16 with webpack and authInterrupts': {
    next: 'next',
    entrance: 'proxy.ts',
    suite: 'matrix',
    config: interrupts,
    build: ['build', '--webpack'],
  },
  'Next 16 with basePath': { next: 'next', entrance: 'proxy.ts', suite: 'matrix', config: { basePath: '/base' } },
  'Next 16 with trailingSlash': {
    next: 'next',
    entrance: 'proxy.ts',
    suite: 'matrix',
    config: { trailingSlash: true },
  },
  'Next 15 with basePath and trailingSlash': {
    next: 'next15',
    entrance: 'middleware.ts',
    suite: 'matrix',
    config: { basePath: '/base', trailingSlash: true },
  },
  'Next 16 standalone with basePath and trailingSlash': {
    next: 'next',
    entrance: 'proxy.ts',
    suite: 'matrix',
    config: { output: 'standalone', basePath: '/base', trailingSlash: true },
  },
  'Next 16 with i18n': { next: 'next', entrance: 'proxy.ts', suite: 'matrix', config: { i18n } },
  'Next 15 with i18n': { next: 'next15', entrance: 'middleware.ts', suite: 'matrix', config: { i18n } },
  'Next 16 in src with taint': {
    next: 'next',
    entrance: 'proxy.ts',
    suite: 'matrix',
    flags: inSrc,
    config: { experimental: { taint: true } },
  },
  'Next 15 in src with webpack and authInterrupts': {
    next: 'next15',
    entrance: 'middleware.ts',
    suite: 'matrix',
    flags: inSrc,
    config: interrupts,
    build: ['build'],
  },
  'Next 16 with the React provider': { next: 'next', entrance: 'proxy.ts', suite: 'matrix', provider: true },
} as const satisfies Readonly<Record<string, Recipe>>;

export type Variant = keyof typeof recipes;

export const allVariants = Object.keys(recipes) as Variant[];

/** The variants of a suite with the README's files; by default of the suite that is running. */
export function variantsOf(suite: string = process.env['TEST_SUITE'] ?? 'main'): readonly Variant[] {
  return allVariants.filter((variant) => recipes[variant].suite === suite && !recipeOf(variant).provider);
}

export function configOf(variant: Variant): NextOptions {
  return recipeOf(variant).config ?? {};
}

/** Whether Next refuses options such as `dynamic` and `revalidate` in the app's pages and routes. */
export function hasCacheComponents(variant: Variant): boolean {
  return recipes[variant].next === 'next' && configOf(variant).cacheComponents !== false;
}

function recipeOf(variant: Variant): Recipe {
  return recipes[variant];
}

/** Written into the builds with the provider, so that their session.tsx uses it. */
export const publishableKey = 'pk_test_fixture';

const fixture = join(import.meta.dirname, 'fixture-app');
const provider = join(import.meta.dirname, 'fixture-provider');
const withCacheComponents = join(import.meta.dirname, 'fixture-with-cache-components');
const withoutCacheComponents = join(import.meta.dirname, 'fixture-without-cache-components');
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
  const recipe = recipeOf(variant);
  const name = variant.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const folder = join(buildsFolder, `${name}-${fingerprint(recipe)}`);
  mkdirSync(buildsFolder, { recursive: true });
  await using _alone = await lock(`${folder}.lock`);
  if (existsSync(join(folder, 'built'))) return folder;
  await using _slot = await lockOneOf(
    Array.from({ length: maxBuilds }, (_, index) => join(buildsFolder, `slot-${index}.lock`)),
  );
  for (const old of readdirSync(buildsFolder)) {
    if (/^-[0-9a-f]{12}$/.test(old.slice(name.length)) && old.startsWith(name))
      rmSync(join(buildsFolder, old), { recursive: true, force: true });
  }
  await layOut(folder, variant);
  const args = recipe.build ?? scriptOf(folder, 'build');
  await run(folder, process.execPath, [nextProgram(folder), ...args], {
    NODE_ENV: 'production',
    NEXT_FONT_GOOGLE_MOCKED_RESPONSES: fontResponses,
    ...(recipe.provider && { NEXT_PUBLIC_TORII_PUBLISHABLE_KEY: publishableKey }),
  });
  if (recipe.config?.output === 'standalone') addStaticFiles(folder);
  writeFileSync(join(folder, 'built'), '');
  return folder;
}

export function nextProgram(folder: string): string {
  return join(folder, 'node_modules', 'next', 'dist', 'bin', 'next');
}

/** The server that `output: 'standalone'` writes. Next copies the folders from the root of the workspace on. */
export function standaloneServer(folder: string): string {
  return join(folder, '.next', 'standalone', relative(repository, folder), 'server.js');
}

/** Next leaves these to the app's own deployment. */
function addStaticFiles(folder: string): void {
  const target = dirname(standaloneServer(folder));
  cpSync(join(folder, 'public'), join(target, 'public'), { recursive: true });
  cpSync(join(folder, '.next', 'static'), join(target, '.next', 'static'), { recursive: true });
}

function fingerprint(recipe: Recipe): string {
  const hash = createHash('sha256').update(JSON.stringify(recipe) + process.version);
  const patterns = [
    'packages/{core/src,next/src,emulator/src/browser}/**',
    'packages/{core,next,emulator}/package.json',
    'packages/emulator/src/*-paths.ts',
    'scripts/build/*.ts',
    'packages/next/README.md',
    'packages/next/test/{fixture-*/**,apps.ts,created-project.ts,readme-blocks.ts,google-fonts.cjs}',
    'pnpm-lock.yaml',
  ];
  for (const path of globSync(patterns, { cwd: repository }).sort()) {
    const file = join(repository, path);
    if (statSync(file).isFile()) hash.update(path).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 12);
}

async function layOut(folder: string, variant: Variant): Promise<void> {
  const { next, entrance, flags, config, provider: hasProvider } = recipeOf(variant);
  await createProject(folder, { version: next === 'next' ? 16 : 15, ...(flags && { flags }) });
  if (config !== undefined) configure(folder, config);
  // The list of files that a deployment needs takes Next 15 a quarter of the build. `next start` does not read it.
  if (next === 'next15') configure(folder, { outputFileTracingExcludes: { '*': ['**/*'] } });
  pasteReadme(folder, entrance);
  const source = sourceFolder(folder);
  addFixture(fixture, source);
  cpSync(join(fixture, 'public'), join(folder, 'public'), { recursive: true });
  if (hasProvider) cpSync(provider, source, { recursive: true });
  if (hasCacheComponents(variant)) addFixture(withCacheComponents, source);
  else {
    addFixture(withoutCacheComponents, source);
    // The others have no such option.
    for (const path of globSync('app/**/*.tsx', { cwd: source })) {
      const file = join(source, path);
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^export const instant = .*\n\n?/m, ''));
    }
  }
  // Tests pass more options when they start the app.
  edit(join(source, 'torii-options.ts'), /^};$/m, '  ...testOptions(),\n};');
  edit(join(source, 'torii-options.ts'), /^import /m, "import { testOptions } from './test-options';\nimport ");
  await linkModules(folder, next);
}

function addFixture(from: string, to: string): void {
  for (const path of globSync('**/*.{ts,tsx}', { cwd: from })) {
    if (existsSync(join(to, path)))
      throw new Error(`${path} is in create-next-app's output, in the README or in another fixture.`);
    cpSync(join(from, path), join(to, path));
  }
}

async function linkModules(folder: string, next: 'next' | 'next15'): Promise<void> {
  const modules = join(folder, 'node_modules');
  const names = ['react', 'react-dom', 'tailwindcss', '@tailwindcss/postcss', '@tailwindcss/turbopack'];
  for (const name of [...names, '@types/node', '@types/react', '@types/react-dom']) {
    link(join(packageFolder, 'node_modules', name), join(modules, name));
  }
  link(join(packageFolder, 'node_modules', next), join(modules, 'next'));
  link(join(packageFolder, 'node_modules', 'typescript5'), join(modules, 'typescript'));
  // Of the emulator, an app uses the browser's half.
  for (const each of ['core', 'next', 'emulator']) {
    const target = join(modules, '@torii', each);
    cpSync(join(repository, 'packages', each, 'package.json'), join(target, 'package.json'), { recursive: true });
    await buildPackage(join(repository, 'packages', each), join(target, 'dist'));
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  // Next 15's Turbopack does not follow a link to a link.
  symlinkSync(realpathSync(target), path, 'dir');
}
