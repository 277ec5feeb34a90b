import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { CommandFailure } from '../../failures.ts';
import { parseCommentedJson } from './commented-json.ts';
import type { PackageManager, PackageManifest, Project, ProjectFiles } from './plan.ts';
import { openProjectFiles } from './project-files.ts';

interface Wishes {
  /** Write TypeScript, even if the project does not use it yet. */
  readonly typescript?: true;
}

/** Reads the project in a folder. */
export function readProject(root: string, wishes: Wishes = {}): Project {
  const files = openProjectFiles(root);
  const manifest = readManifest(files);
  const compilerOptions = readCompilerOptions(files);
  const language = languageOf(files, manifest, wishes);
  const sources = files.list('').filter((path) => isSource(path, language));
  const isModule = manifest.type === 'module' || files.read('package.json') === undefined;
  const form = formOf(files, sources, { language, isModule, compilerOptions });
  return {
    files,
    manifest,
    compilerOptions,
    language,
    ...form,
    packageManager: packageManagerOf(root, manifest),
    testRunner: 'vitest' in allDependencies(manifest) ? 'vitest' : 'node:test',
  };
}

function readManifest(files: ProjectFiles): PackageManifest {
  const text = files.read('package.json');
  if (text === undefined) return {};
  try {
    const manifest: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (isRecord(manifest)) {
      const wrong = ['scripts', 'dependencies', 'devDependencies'].find(
        (name) => !isTexts(Reflect.get(manifest, name)),
      );
      if (wrong === undefined) return manifest;
      throw new CommandFailure(`"${wrong}" in package.json is not an object of texts. Correct it first.`);
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
  }
  throw new CommandFailure('package.json is not a JSON object. Correct it first.');
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): boolean {
  return value === undefined || (isRecord(value) && Object.values(value).every((each) => typeof each === 'string'));
}

function readCompilerOptions(files: ProjectFiles): Project['compilerOptions'] {
  const config = parseCommentedJson(files.read('tsconfig.json') ?? files.read('jsconfig.json') ?? '{}');
  const options: unknown = Reflect.get(Object(config), 'compilerOptions');
  return typeof options === 'object' && options !== null ? (options as Project['compilerOptions']) : {};
}

/** Every dependency that package.json lists, with its range. */
export function allDependencies({ dependencies, devDependencies }: PackageManifest): Readonly<Record<string, string>> {
  return { ...devDependencies, ...dependencies };
}

function languageOf(files: ProjectFiles, manifest: PackageManifest, { typescript }: Wishes): Project['language'] {
  const isTyped = files.read('tsconfig.json') !== undefined || 'typescript' in allDependencies(manifest);
  if (typescript || isTyped) return 'ts';
  const sources = files.list('');
  const hasScripts = sources.some((path) => /\.[cm]?jsx?$/.test(path) && !/\.config\.\w+$/.test(path));
  const hasTypes = sources.some((path) => /\.[cm]?tsx?$/.test(path) && !/\.(?:d|config)\.\w+$/.test(path));
  return hasTypes && !hasScripts ? 'ts' : 'js';
}

function isSource(path: string, language: Project['language']): boolean {
  if (/\.(?:config|test|spec|d)\.\w+$/.test(path)) return false;
  return (language === 'ts' ? /\.m?tsx?$/ : /\.[cm]?jsx?$/).test(path);
}

interface Facts {
  readonly language: Project['language'];
  readonly isModule: boolean;
  readonly compilerOptions: Project['compilerOptions'];
}

/** How new files are written, so that the existing ones can load them. */
function formOf(
  files: ProjectFiles,
  sources: readonly string[],
  { language, isModule, compilerOptions }: Facts,
): Pick<Project, 'modules' | 'sourceEnding' | 'importEnding'> {
  const endings = new Set(sources.map((path) => posix.extname(path).replace(/x$/, '')));
  if (language === 'ts') {
    const modules = isModule ? 'esm' : 'commonjs';
    // A new app is run by Node without a compiler. In a CommonJS package, Node does not accept `import` in a .ts file.
    const isNew = sources.length === 0 && /^$|^node|^es|^preserve$/i.test(String(compilerOptions['module'] ?? ''));
    if ((isNew && !isModule) || (endings.has('.mts') && !endings.has('.ts')))
      return { modules: 'esm', sourceEnding: '.mts', importEnding: '.mts' };
    if (isNew) return { modules, sourceEnding: '.ts', importEnding: '.ts' };
    return { modules, sourceEnding: '.ts', importEnding: typedEnding(files, sources, compilerOptions) };
  }
  const texts = sources.map((path) => files.read(path) ?? '');
  if (isModule) return { modules: 'esm', sourceEnding: '.js', importEnding: '.js' };
  if (endings.has('.mjs') && !endings.has('.js')) return { modules: 'esm', sourceEnding: '.mjs', importEnding: '.mjs' };
  // Without `type` in package.json, bundlers and Node still accept ES modules, so follow the existing files.
  const isWritten = texts.some((text) => /^import\s.*\bfrom\b/m.test(text)) && !texts.some(hasRequire);
  if (isWritten) return { modules: 'esm', sourceEnding: '.js', importEnding: endingOfImports(texts) ?? '.js' };
  return { modules: 'commonjs', sourceEnding: '.js', importEnding: endingOfImports(texts) ?? '' };
}

function hasRequire(text: string): boolean {
  return /\brequire\(['"]/.test(text);
}

function typedEnding(
  files: ProjectFiles,
  sources: readonly string[],
  { module = '', moduleResolution = '', ...options }: Project['compilerOptions'],
): Project['importEnding'] {
  const found = endingOfImports(sources.map((path) => files.read(path) ?? ''));
  if (found !== undefined) return found;
  const allowsTs =
    options['allowImportingTsExtensions'] === true || options['rewriteRelativeImportExtensions'] === true;
  if (allowsTs || files.read('tsconfig.json') === undefined) return '.ts';
  return /^node(?:next|\d+)$/i.test(String(moduleResolution || module)) ? '.js' : '';
}

/** The most frequent ending of relative imports in these files, or `undefined` if there are none. */
function endingOfImports(texts: readonly string[]): '.ts' | '.js' | '' | undefined {
  const counts = { '.ts': 0, '.js': 0, '': 0 };
  for (const text of texts) {
    for (const [, path = ''] of text.matchAll(/(?:\bfrom\s*|\brequire\(|\bimport\()['"](\.{1,2}\/[^'"]+)['"]/g)) {
      if (/\.jsx?$/.test(path)) counts['.js'] += 1;
      else if (/\.tsx?$/.test(path)) counts['.ts'] += 1;
      else if (!/\.(?:json|css|svg|[cm][jt]s)$/.test(path)) counts[''] += 1;
    }
  }
  const [best] = (['.ts', '.js', ''] as const).toSorted((first, second) => counts[second] - counts[first]);
  return best === undefined || counts[best] === 0 ? undefined : best;
}

const lockFiles: Readonly<Record<string, PackageManager>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
};

/** From `packageManager`, or from a lock file in the folder or in one above it, up to the repository. */
function packageManagerOf(root: string, { packageManager = '' }: PackageManifest): PackageManager {
  const [, named] = /^(npm|pnpm|yarn|bun)@/.exec(packageManager) ?? [];
  if (named !== undefined) return named as PackageManager;
  for (let folder = root; ; folder = dirname(folder)) {
    for (const [name, manager] of Object.entries(lockFiles)) if (existsSync(join(folder, name))) return manager;
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return 'npm';
  }
}
