// What the setup needs to know of a Next.js app.
import { posix } from 'node:path';
import { CommandFailure } from '../../../failures.ts';
import type { Project } from '../plan.ts';

export interface NextShape {
  /** `app` if the app has both. */
  readonly router: 'app' | 'pages';
  /** The folder of `app` and `pages`: `src`, or an empty string for the project itself. */
  readonly source: string;
  /** The folder of the pages: the group that has the root layout, such as `app/(site)`, or `app` or `pages`. */
  readonly pages: string;
  /** `proxy` from Next 16 on, before `middleware`. */
  readonly entrance: 'proxy' | 'middleware';
  /** The import alias for the source folder, such as `@/` for `src/`. */
  readonly alias: { readonly prefix: string; readonly folder: string } | undefined;
  /** Next's `basePath`, or an empty string. */
  readonly basePath: string;
  readonly hasLanguages: boolean;
  /** The path of an existing configuration of vitest. */
  readonly vitestConfig: string | undefined;
}

/** @throws CommandFailure if Next is too old, or the app has no server */
export function readShape(project: Project): NextShape {
  const { files } = project;
  const major = readMajor(project);
  if (major < 15) {
    throw new CommandFailure(
      `@torii/next needs Next 15 or 16. Found: Next ${major}. Upgrade it first: npx @next/codemod upgrade`,
    );
  }
  const settings = readFirst(project, ['next.config.ts', 'next.config.mjs', 'next.config.js', 'next.config.mts']);
  if (/\boutput\s*:\s*['"`]export['"`]/.test(settings)) {
    throw new CommandFailure("The app has no server, because next.config has `output: 'export'`. Remove that option.");
  }
  refuseOtherEndings(project, settings);
  const source = folderOf(project);
  const vitestConfig = files.list('').find((path) => /^(?:vitest|vite)\.config\.\w+$/.test(path));
  const router = hasRouter(project, source, 'app') || !hasRouter(project, source, 'pages') ? 'app' : 'pages';
  return {
    router,
    source,
    pages: posix.join(source, router === 'app' ? rootGroup(project, source) : 'pages'),
    entrance: major >= 16 ? 'proxy' : 'middleware',
    alias: readAlias(project, source, vitestConfig),
    basePath: /\bbasePath\s*:\s*['"`](\/[^'"`]+)['"`]/.exec(settings)?.[1] ?? '',
    hasLanguages: /\bi18n\s*:/.test(settings),
    vitestConfig,
  };
}

/** The installed version, or the one that package.json asks for. A range such as `latest` counts as the newest. */
function readMajor({ files, manifest }: Project): number {
  const installed = files.read('node_modules/next/package.json');
  const range = manifest.dependencies?.['next'] ?? manifest.devDependencies?.['next'] ?? '';
  const version = installed === undefined ? range : (/"version"\s*:\s*"([^"]+)"/.exec(installed)?.[1] ?? range);
  return Number(/\d+/.exec(version)?.[0] ?? 16);
}

/** Next ignores a page, a route and a proxy with an ending that `pageExtensions` does not have. */
function refuseOtherEndings({ language }: Project, settings: string): void {
  const [, list] = /\bpageExtensions\s*:\s*\[([^\]]*)\]/.exec(settings) ?? [];
  if (list === undefined) return;
  const endings = new Set([...list.matchAll(/['"`]([^'"`]+)['"`]/g)].map(([, ending]) => ending));
  if ([language, `${language}x`].every((ending) => endings.has(ending))) return;
  throw new CommandFailure(
    `torii init writes pages that end with .${language}x and .${language}, but next.config leaves one of them out of \`pageExtensions\`. Add it.`,
  );
}

function readFirst({ files }: Project, paths: readonly string[]): string {
  for (const path of paths) {
    const text = files.read(path);
    if (text !== undefined) return text;
  }
  return '';
}

/** Next ignores `src/app` and `src/pages` if the project has `app` or `pages`. */
function folderOf(project: Project): string {
  const isIn = (source: string) => hasRouter(project, source, 'app') || hasRouter(project, source, 'pages');
  return !isIn('') && isIn('src') ? 'src' : '';
}

function hasRouter({ files }: Project, source: string, router: 'app' | 'pages'): boolean {
  const pattern = router === 'app' ? /(?:^|\/)(?:page|layout)\.[jt]sx?$/ : /\.[jt]sx?$/;
  return files.list(posix.join(source, router)).some((path) => pattern.test(path));
}

/** The layouts that have `<html>`. An app can have several, in route groups or below a parameter such as `[locale]`. */
export function rootLayouts({ files }: Project, source: string): readonly string[] {
  const layouts = files.list(posix.join(source, 'app')).filter((path) => /\/layout\.[jt]sx?$/.test(path));
  return layouts.filter(
    (path) => posix.dirname(path) === posix.join(source, 'app') || /<html\b/.test(files.read(path) ?? ''),
  );
}

/** Where new pages have a root layout above them: in `app`, in its only route group, or in a new one. */
function rootGroup(project: Project, source: string): string {
  const folders = rootLayouts(project, source).map((path) => posix.relative(source, posix.dirname(path)));
  const groups = folders.filter((folder) => /^app\/\([^/]+\)$/.test(folder));
  if (folders.length === 0 || folders.includes('app')) return 'app';
  return groups.length === 1 && groups[0] !== undefined ? groups[0] : 'app/(torii)';
}

/** Reads the import alias. `undefined` if the Vitest configuration lacks the alias, because the test could not use it. */
function readAlias({ files, compilerOptions }: Project, source: string, vitestConfig = ''): NextShape['alias'] {
  const { baseUrl, paths } = compilerOptions;
  if (typeof paths !== 'object' || paths === null) return undefined;
  const base = typeof baseUrl === 'string' ? baseUrl : '.';
  for (const [pattern, targets] of Object.entries(paths)) {
    const target: unknown = Array.isArray(targets) ? targets[0] : undefined;
    if (typeof target !== 'string' || !pattern.endsWith('/*') || !target.endsWith('/*')) continue;
    const folder = posix.join(base, target.slice(0, -2));
    if (folder !== (source || '.')) continue;
    const tested = vitestConfig === '' ? undefined : files.read(vitestConfig);
    const knows =
      tested === undefined || tested.includes(`'${pattern.slice(0, -2)}`) || /tsconfig-?paths/i.test(tested);
    return knows ? { prefix: pattern.slice(0, -1), folder: source } : undefined;
  }
  return undefined;
}
