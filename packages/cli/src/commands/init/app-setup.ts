// Express, Koa and Hono: a file creates the app, and routes are mounted on it.
import { posix } from 'node:path';
import { CommandFailure } from '../../failures.ts';
import { type AppFile, exportOf, findAppFiles, isMounted, listens, mountRoute, prefixOf } from './app-file.ts';
import { guardByHand, hasGuard } from './guard-check.ts';
import { isImported } from './imports.ts';
import { refuseOtherSetup } from './other-setup.ts';
import { scriptPath } from './package-manifest.ts';
import type { FileChange, ManualStep, Project, SetupPlan } from './plan.ts';
import { allDependencies } from './project.ts';
import { protectedRoute, publicRoutes } from './routes.ts';
import { importOf, type Placing, placedPath, placeTemplates, type Templates } from './template.ts';
import { placeOfTest, testPackages, testReplacements } from './test-file.ts';
import { typeSettings } from './type-settings.ts';

export interface AppFramework {
  /** The package of the framework, such as `express`. */
  readonly framework: 'express' | 'koa' | 'fastify' | 'hono';
  readonly name: string;
  /** The lowest major version that the adapter supports. */
  readonly major: number;
  /** The lowest minor version of `major` that the adapter supports. */
  readonly minor: number;
  readonly templates: Templates;
  /** Matches the expression that creates the app, such as `express()`. Its group is a name imported from the framework. */
  readonly creation: RegExp;
  /** The statement that mounts the route. */
  mount(app: string): string;
  /** What a new app needs besides the framework. */
  readonly dependencies: readonly string[];
  readonly types: readonly string[];
  /** The line of the test that loads the app. `loadRoute` replaces it if the test can load only the route. */
  readonly load: string;
  readonly loadRoute: string;
  /** How a handler is protected, for the output. */
  readonly usage: string;
}

export function planApp(project: Project, framework: AppFramework): SetupPlan {
  refuseOldVersion(project, framework);
  return isEmpty(project) ? planNewApp(project, framework) : planExistingApp(project, framework);
}

/** Whether the folder has no code yet. */
export function isEmpty({ files }: Project): boolean {
  const sources = files.list('').filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !/\.(?:config|d)\.\w+$/.test(path));
  return sources.length === 0;
}

function planNewApp(project: Project, { templates, ...framework }: AppFramework): SetupPlan {
  const places = {
    'src/torii.ts': 'src/torii',
    'src/me.ts': 'src/me',
    'src/app.ts': 'src/app',
    'src/server.ts': 'src/server',
    'test/me.test.ts': 'test/me.test',
  };
  const replace = { 'test/me.test.ts': testReplacements(project) };
  const server = placedPath(project, 'src/server.ts', 'src/server');
  const isTyped = project.language === 'ts';
  return {
    changes: [...placeTemplates({ project, templates, places, replace }), ...typeSettings(project)],
    dependencies: [`@torii/${framework.framework}`, framework.framework, ...framework.dependencies],
    devDependencies: [...(isTyped ? [...framework.types, '@types/node', 'typescript'] : []), ...testPackages(project)],
    variables: {},
    scripts: { start: `node ${server}` },
    devCommand: `node --watch ${server}`,
    testFile: placedPath(project, 'test/me.test.ts', 'test/me.test'),
    devOptions: [],
    guarded: ['GET /me'],
    unguarded: ['GET /'],
    manualSteps: [],
    usage: framework.usage,
  };
}

function planExistingApp(project: Project, framework: AppFramework): SetupPlan {
  const { templates, types } = framework;
  const found = chooseApp(findAppFiles(project, framework.creation, framework.framework));
  const app = found !== undefined && isMounted(project, found) ? undefined : found;
  const folder = app === undefined ? sourceFolder(project) : posix.dirname(app.path).replace(/^\.$/, '');
  const at = (path: string): string => posix.join(folder, path);
  refuseOtherSetup(project, at('torii'), `@torii/${framework.framework}`);
  const hasRoutes = project.files.list(at('routes')).length > 0;
  const places = {
    'src/torii.ts': at('torii'),
    'src/me.ts': at(hasRoutes ? 'routes/me' : 'me'),
    'test/me.test.ts': placeOfTest(project, folder),
  };
  const route = protectedRoute(project, placedPath(project, 'src/me.ts', places['src/me.ts']));
  const loading = loadReplacements(project, framework, app);
  const placing: Placing = {
    project,
    templates,
    places: { ...places, ...(app !== undefined && { 'src/app.ts': app.path.replace(/\.\w+$/, '') }) },
    route,
    replace: {
      ...replaceRouter(project),
      'test/me.test.ts': [...loading, ...testReplacements(project)],
    },
    marks: { 'src/torii.ts': 'requireUser', 'src/me.ts': 'requireUser', 'test/me.test.ts': '@torii/emulator' },
    skip: ['src/app.ts'],
  };
  const { change, step } = mount(project, framework, app, places['src/me.ts']);
  const written = {
    guardFile: placedPath(project, 'src/torii.ts', places['src/torii.ts']),
    routeFile: placedPath(project, 'src/me.ts', places['src/me.ts']),
  };
  const prefix = app === undefined ? '' : prefixOf(app);
  const steps = [...step, ...guardByHand(project, written)];
  return {
    changes: [...placeTemplates(placing), ...change],
    dependencies: [`@torii/${framework.framework}`, framework.framework, ...routerOf(project, framework)],
    upgrades: upgradesOf(project, framework),
    devDependencies: [...(project.language === 'ts' ? [...types, '@types/node'] : []), ...testPackages(project)],
    variables: {},
    scripts: {},
    devCommand: app !== undefined && listens(app) ? `node --watch ${scriptPath(app.path)}` : undefined,
    testFile: placedPath(project, 'test/me.test.ts', places['test/me.test.ts']),
    devOptions: [],
    guarded: steps.length === 0 && hasGuard(project, written) ? [`GET ${prefix}${route}`] : [],
    unguarded: publicRoutes(project),
    manualSteps: steps,
    otherRoutes: ['Other routes are as before.', ...tryByHand(loading, `${prefix}${route}`)],
    usage: framework.usage,
  };
}

function mount(
  project: Project,
  framework: AppFramework,
  app: AppFile | undefined,
  place: string,
): { readonly change: readonly FileChange[]; readonly step: readonly ManualStep[] } {
  if (isImported(project, place)) return { change: [], step: [] };
  const path = app?.path ?? 'the file that creates your app';
  const from = importOf(project, app?.path ?? `${posix.dirname(place)}/app`, place);
  const statement = framework.mount(app?.name ?? 'app');
  const text = app && mountRoute(app, { name: 'me', from, statement });
  if (app === undefined || text === undefined) {
    const line =
      project.modules === 'commonjs' && project.language === 'js'
        ? `const { me } = require('${from}');`
        : `import { me } from '${from}';`;
    const what = 'Mount the protected route, before your handler for unknown paths.';
    return { change: [], step: [{ path, what, code: `${line}\n\n${statement};` }] };
  }
  return { change: [{ path: app.path, before: app.code.text, after: text }], step: [] };
}

/** If several files create an app, takes the one that starts the server, or the one with a usual name such as `app.js`. */
function chooseApp(apps: readonly AppFile[]): AppFile | undefined {
  const only = (some: readonly AppFile[]): AppFile | undefined => (some.length === 1 ? some[0] : undefined);
  const isUsual = ({ path }: AppFile): boolean => /^(?:src\/)?(?:app|server|index|main)\.\w+$/.test(path);
  return only(apps) ?? only(apps.filter(listens)) ?? only(apps.filter(isUsual));
}

/** A test that loads only the route cannot show whether a request to the app reaches the route. */
function tryByHand(loading: ReturnType<typeof loadReplacements>, route: string): readonly string[] {
  const [, load = ''] = loading[0] ?? [];
  if (!/\bme\b/.test(load)) return [];
  return [`The test does not load your app. Start it once, and check that GET ${route} without a token gets 401.`];
}

function loadReplacements(
  project: Project,
  { load, loadRoute }: AppFramework,
  app: AppFile | undefined,
): readonly (readonly [string, string])[] {
  const exported = app && !listens(app) && !/\.basePath\s*\(/.test(app.code.bare) ? exportOf(app) : undefined;
  if (app !== undefined && exported === 'named')
    return [
      [
        load,
        load
          .replace('{ app }', app.name === 'app' ? '{ app }' : `{ ${app.name}: app }`)
          .replace('loaded.app', `loaded.${app.name}`),
      ],
    ];
  // Not for TypeScript that is compiled to CommonJS: the import can give `{ default: { default: app } }`.
  if (exported === 'default' && (project.modules === 'esm' || project.language === 'js'))
    return [[load, load.replace('{ app }', '{ default: app }').replace('loaded.app', 'loaded.default')]];
  return [[load, loadRoute]];
}

function routerOf(project: Project, { framework, dependencies }: AppFramework): readonly string[] {
  if (framework !== 'koa') return [];
  return 'koa-router' in allDependencies(project.manifest) ? [] : dependencies;
}

function replaceRouter({ manifest }: Project): Placing['replace'] {
  const packages = allDependencies(manifest);
  if (!('koa-router' in packages) || '@koa/router' in packages) return {};
  return { 'src/me.ts': [['@koa/router', 'koa-router']] };
}

function sourceFolder({ files }: Project): string {
  return files.list('src').length > 0 ? 'src' : '';
}

/** The framework, if the range in package.json allows only versions that are too old, such as express-generator's `~4.16.1`. */
function upgradesOf({ manifest }: Project, { framework, major, minor }: AppFramework): readonly string[] {
  const range = allDependencies(manifest)[framework] ?? '';
  const [, found, foundMinor] = /^[~=v\s]*(\d+)\.(\d+)\b/.exec(range) ?? [];
  return Number(found) === major && Number(foundMinor) < minor ? [`${framework}@^${major}.${minor}.0`] : [];
}

function refuseOldVersion({ manifest }: Project, { framework, name, major }: AppFramework): void {
  const range = allDependencies(manifest)[framework] ?? '';
  const [, found = String(major)] = /^[\^~>=v\s]*(\d+)\b/.exec(range) ?? [];
  if (Number(found) < major)
    throw new CommandFailure(
      `The project uses ${name} ${found}, but @torii/${framework} needs ${name} ${major} or newer.`,
    );
}
