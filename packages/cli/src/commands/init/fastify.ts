import { posix } from 'node:path';
import { templates } from '../../generated/templates.ts';
import { type AppFramework, isEmpty, planApp } from './app-setup.ts';
import { readCode } from './code.ts';
import { guardByHand, hasGuard } from './guard-check.ts';
import { importsFrom } from './imports.ts';
import type { Project, Setup, SetupPlan } from './plan.ts';
import { allDependencies } from './project.ts';
import { protectedRoute, publicRoutes } from './routes.ts';
import { placedPath, placeTemplates } from './template.ts';
import { placeOfTest, testPackages, testReplacements } from './test-file.ts';

const load = "const { createApp } = await import('../src/app.ts');\n  app = createApp();";

const framework: AppFramework = {
  framework: 'fastify',
  name: 'Fastify',
  major: 5,
  minor: 8,
  templates: templates.fastify,
  creation: /[Ff]astify\s*(?:<[^>]*>\s*)?\(|require\(\s*['"]([^'"]*)['"]\s*\)\s*\(/,
  mount: (app) => `${app}.register(me)`,
  dependencies: [],
  types: [],
  load,
  loadRoute:
    "const { default: Fastify } = await import('fastify');\n  const { me } = await import('../src/me.ts');\n  app = Fastify();\n  app.register(me);",
  usage: "app.get('/orders', { onRequest: requireUser }, handler);",
};

export const fastifySetup: Setup = {
  framework: 'fastify',
  name: framework.name,
  envFile: '.env',
  detect: ({ manifest }) => 'fastify' in allDependencies(manifest),
  plan: (project) => {
    const loader = isEmpty(project) ? undefined : findAutoload(project);
    return loader === undefined ? planApp(project, framework) : planAutoload(project, loader);
  },
};

/** Finds the file that loads all files of the folder `routes/`, as in apps that `fastify generate` wrote. */
function findAutoload({ files }: Project): string | undefined {
  const paths = files.list('').filter((path) => /\.[cm]?[jt]s$/.test(path));
  return paths.find((path) => {
    const text = files.read(path) ?? '';
    const loads = importsFrom(readCode(text), '@fastify/autoload') && /dir:[^\n]*['"]routes['"]/.test(text);
    return loads && files.list(posix.join(posix.dirname(path), 'routes')).length > 0;
  });
}

/** The app loads every file in `routes/`, so no existing file is edited. */
function planAutoload(project: Project, loader: string): SetupPlan {
  const at = (path: string): string => posix.join(posix.dirname(loader), path);
  const places = {
    'src/torii.ts': at('torii'),
    'src/me.ts': at('routes/me'),
    'test/me.test.ts': placeOfTest(project, posix.dirname(loader)),
  };
  const helper = project.files.list('test').find((path) => /^test\/helper\.[cm]?[jt]s$/.test(path));
  const route = protectedRoute(project, placedPath(project, 'src/me.ts', places['src/me.ts']));
  const written = {
    guardFile: placedPath(project, 'src/torii.ts', places['src/torii.ts']),
    routeFile: placedPath(project, 'src/me.ts', places['src/me.ts']),
  };
  const isRequired = project.modules === 'commonjs' && project.language === 'js';
  return {
    changes: placeTemplates({
      project,
      templates: templates.fastify,
      places: { ...places, ...(helper !== undefined && { 'test/helper.ts': helper.replace(/\.\w+$/, '') }) },
      route,
      skip: ['test/helper.ts'],
      replace: {
        'src/me.ts': [
          isRequired
            ? ['module.exports = { me };', 'module.exports = me;']
            : ['export async function me(', 'export default async function me('],
        ],
        'test/me.test.ts': [...loadReplacements(project, helper), ...testReplacements(project)],
      },
      marks: { 'src/torii.ts': 'requireUser', 'src/me.ts': 'requireUser', 'test/me.test.ts': '@torii/emulator' },
    }),
    dependencies: ['@torii/fastify'],
    devDependencies: [...(project.language === 'ts' ? ['@types/node'] : []), ...testPackages(project)],
    variables: {},
    scripts: {},
    devCommand: undefined,
    testFile: placedPath(project, 'test/me.test.ts', places['test/me.test.ts']),
    devOptions: [],
    guarded: hasGuard(project, written) ? [`GET ${route}`] : [],
    unguarded: publicRoutes(project),
    manualSteps: guardByHand(project, written),
    usage: framework.usage,
  };
}

/** Makes the test load the app with the test helper that `fastify generate` wrote, if there is one. */
function loadReplacements(project: Project, helper: string | undefined): readonly (readonly [string, string])[] {
  if (helper === undefined || /\.test\./.test(helper))
    return [
      [
        load,
        "const { default: Fastify } = await import('fastify');\n  const { default: me } = await import('../src/me.ts');\n  app = Fastify();\n  app.register(me);",
      ],
    ];
  const { language, modules } = project;
  const emulator =
    language === 'js' && modules === 'commonjs'
      ? ["const { startEmulator } = require('@torii/emulator');", "const { build } = require('./helper.ts');"]
      : [
          `import { ${language === 'ts' ? 'type Emulator, ' : ''}startEmulator } from '@torii/emulator';`,
          "import { build } from './helper.ts';",
        ];
  return [
    [emulator[0] ?? '', emulator.join('\n')],
    [load, 'app = await build({ after: () => {} });'],
  ];
}
