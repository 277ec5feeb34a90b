// `torii init` for Next.js: both routers, with or without `src/`, Next 15 and 16.
import { posix } from 'node:path';
import { CommandFailure } from '../../../failures.ts';
import { templates } from '../../../generated/templates.ts';
import type { Project, Setup, SetupPlan } from '../plan.ts';
import { allDependencies } from '../project.ts';
import { createDraft, type Draft, findModule } from './draft.ts';
import { composeProxy, hasToriiProxy, proxyCode } from './existing-proxy.ts';
import { choosePaths, type NewPaths, writePaths } from './paths.ts';
import { createPlaces, type Places } from './places.ts';
import { publicPathsOf, routesOf } from './public-routes.ts';
import { hasSession, wrapChildren, wrapComponent } from './root-layout.ts';
import { type NextShape, readShape, rootLayouts } from './shape.ts';
import { hideComments } from './source-text.ts';
import { addTest, placeTest } from './test-files.ts';

export const nextSetup: Setup = {
  framework: 'next',
  name: 'Next.js',
  envFile: '.env.local',
  detect: ({ manifest }) => 'next' in allDependencies(manifest),
  plan,
};

function plan(project: Project): SetupPlan {
  if (!nextSetup.detect(project))
    throw new CommandFailure(
      'package.json does not list next. Create the app with npx create-next-app, and run torii init in its folder.',
    );
  const shape = readShape(project);
  const paths = choosePaths(routesOf(project, shape));
  const routes = placeRoutes(shape, paths);
  const placed = { ...routes, ...placeFiles(shape), ...placeTest(project) };
  const places = createPlaces(project, shape, templates[`next-${shape.router}`], placed);
  const draft = createDraft(project, places);
  const add = (source: string) => draft.add(source, (text) => writePaths(text, paths));
  const publicPaths = publicPathsOf(project, shape, hasOtherProxy(project, shape));
  draft.add('torii-options.ts', (text) => writePublicPaths(writePaths(text, paths), publicPaths));
  for (const source of ['torii.ts', 'session.tsx', ...Object.keys(routes)]) add(source);
  if (publicPaths !== undefined) addProxy(project, shape, places, draft);
  addSession(project, shape, places, draft);
  addTest(project, shape, draft, paths);

  const origin = originOf(project);
  const { basePath } = shape;
  return {
    changes: draft.changes,
    dependencies: ['@torii/next'],
    // Vitest 5 needs a newer @types/node than `create-next-app` installs.
    devDependencies: ['vitest@^4'],
    variables: { APP_ORIGIN: origin },
    scripts: {},
    devCommand: undefined,
    testFile: places.pathOf('test/me.test.ts'),
    testCommand: 'vitest run',
    devOptions: [`--allow-origin ${origin}`],
    guarded: isGuarded(project, shape, places, draft) ? [`GET ${basePath}${paths.me}`] : [],
    unguarded: unguardedRoutes(places.pathOf('torii-options.ts'), draft, publicPaths),
    otherRoutes: [
      `${basePath}${paths.account} sends signed-out users to ${basePath}${paths.signIn}.`,
      `Before production, replace the session in ${places.pathOf('session.tsx')}, as its comment says.`,
      ...describeProxy(project, shape, places, publicPaths === undefined ? undefined : draft),
    ],
    usage: 'const { userId } = await torii.protect();',
    manualSteps: draft.manualSteps,
  };
}

function writePublicPaths(text: string, paths: readonly string[] = ['/']): string {
  const inLine = paths.map((path) => `'${path}'`).join(', ');
  const list = inLine.length < 100 ? `[${inLine}]` : `[\n${paths.map((path) => `    '${path}',\n`).join('')}  ]`;
  return text.replace("publicPaths: ['/']", () => `publicPaths: ${list}`);
}

/** Lists the routes that were there before Torii. A later run cannot tell them from new ones, and refers to `publicPaths`. */
function unguardedRoutes(options: string, { changes }: Draft, paths: readonly string[] | undefined): readonly string[] {
  if (paths === undefined) return [];
  return changes.some(({ path }) => path === options) ? paths : [`what \`publicPaths\` in ${options} lists`];
}

/** Whether the route has a guard: it is written now, or the existing file still calls one. */
function isGuarded({ files }: Project, { router }: NextShape, places: Places, draft: Draft): boolean {
  const path = places.pathOf(router === 'app' ? 'app/api/me/route.ts' : 'pages/api/me.ts');
  if (draft.changes.some((change) => change.path === path)) return true;
  return /\b(?:withAuth|protect|requireAuth)\s*\(/.test(hideComments(files.read(path) ?? ''));
}

/** @param draft `undefined` if there is no proxy */
function describeProxy(
  project: Project,
  shape: NextShape,
  places: Places,
  draft: Draft | undefined,
): readonly string[] {
  if (draft === undefined)
    return [
      'Other routes are unchanged. No proxy was added: a page of the app can have any path, and the proxy would refuse it.',
    ];
  const path = existingProxy(project, shape)?.path ?? places.pathOf('proxy.ts');
  if (draft.manualSteps.some((step) => step.path === path))
    return [`${path} checks no token yet: see what is left to do. All other routes are as before.`];
  return [
    `The routes that the app had before are in \`publicPaths\` of ${places.pathOf('torii-options.ts')}, and stay public.`,
    `For all other paths in its \`matcher\`, ${path} refuses requests without a valid token. It is only a first filter: guard each route too.`,
  ];
}

function addProxy(project: Project, shape: NextShape, places: Places, draft: Draft): void {
  const existing = existingProxy(project, shape);
  if (existing === undefined) {
    draft.add('proxy.ts', (text) => text.replace('const proxy', `const ${shape.entrance}`));
    return;
  }
  const { name, path } = existing;
  const options = places.importOf('torii-options.ts', path);
  draft.edit(path, (text) => (hasToriiProxy(text) ? text : composeProxy(text, name, options)), {
    what: 'Pass your function to `createToriiProxy`, and export the result.',
    code: proxyCode(name, options),
  });
}

function existingProxy(project: Project, { source, entrance }: NextShape) {
  // Next 15 does not run proxy.ts.
  const names = entrance === 'proxy' ? (['proxy', 'middleware'] as const) : (['middleware'] as const);
  for (const name of names) {
    const path = findModule(project, posix.join(source, name));
    if (path !== undefined) return { name, path };
  }
  return undefined;
}

function hasOtherProxy(project: Project, shape: NextShape): boolean {
  const path = existingProxy(project, shape)?.path;
  return path !== undefined && !hasToriiProxy(project.files.read(path) ?? '');
}

/** Adds `<Session>` to the root layouts, and to `pages/_app`. */
function addSession(project: Project, { router, source, pages }: NextShape, places: Places, draft: Draft): void {
  const layouts = router === 'app' ? rootLayouts(project, source) : [];
  const component = findModule(project, posix.join(source, 'pages', '_app'));
  if (router === 'app' && findModule(project, posix.join(pages, 'layout')) === undefined) draft.add('app/layout.tsx');
  if (router === 'pages' && component === undefined) draft.add('pages/_app.tsx');
  for (const [path, wrap, code] of [
    ...layouts.map((layout) => [layout, wrapChildren, '<Session>{children}</Session>'] as const),
    [component, wrapComponent, '<Session><Component {...pageProps} /></Session>'] as const,
  ]) {
    if (path === undefined) continue;
    const session = places.importOf('session.tsx', path);
    draft.edit(path, (text) => (hasSession(text) ? text : wrap(text, session)), {
      what: 'Put `<Session>` around the pages.',
      code: `import { Session } from '${session}';\n\n${code}\n`,
    });
  }
}

/** Where the routes and pages of the examples go. */
function placeRoutes({ router, source, pages }: NextShape, paths: NewPaths): Readonly<Record<string, string>> {
  const shared = {
    'app/api/torii/token/route.ts': posix.join(source, 'app/api/torii/token/route'),
    'app/%5Ftorii/[...path]/route.ts': posix.join(source, 'app/%5Ftorii/[...path]/route'),
  };
  if (router === 'pages') {
    return {
      ...shared,
      'pages/api/me.ts': posix.join(pages, paths.me),
      'pages/sign-in.tsx': posix.join(pages, paths.signIn),
      'pages/account.tsx': posix.join(pages, paths.account),
    };
  }
  return {
    ...shared,
    'app/api/me/route.ts': posix.join(source, 'app', paths.me, 'route'),
    'app/sign-in/page.tsx': posix.join(pages, paths.signIn, 'page'),
    'app/account/page.tsx': posix.join(pages, paths.account, 'page'),
  };
}

function placeFiles({ source, entrance, pages }: NextShape): Readonly<Record<string, string>> {
  return {
    'torii-options.ts': posix.join(source, 'torii-options'),
    'torii.ts': posix.join(source, 'torii'),
    'session.tsx': posix.join(source, 'session'),
    'proxy.ts': posix.join(source, entrance),
    'app/layout.tsx': posix.join(pages, 'layout'),
    'pages/_app.tsx': posix.join(source, 'pages/_app'),
  };
}

/** At which address `next dev` serves the app. */
function originOf({ manifest }: Project): string {
  const dev = manifest.scripts?.['dev'] ?? '';
  const port = /\s(?:-p|--port)[ =](\d+)/.exec(dev)?.[1] ?? '3000';
  return `${/--experimental-https\b/.test(dev) ? 'https' : 'http'}://localhost:${port}`;
}
