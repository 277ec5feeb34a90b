import { posix } from 'node:path';
import { templates } from '../../generated/templates.ts';
import { isEmpty } from './app-setup.ts';
import { readCode } from './code.ts';
import { isImported } from './imports.ts';
import { refuseOtherSetup } from './other-setup.ts';
import type { Project, Setup, SetupPlan } from './plan.ts';
import { importOf, placedPath, placeTemplates } from './template.ts';
import { placeOfTest, testPackages, testReplacements } from './test-file.ts';
import { typeSettings } from './type-settings.ts';

/** An app without a framework. */
export const nodeSetup: Setup = {
  framework: 'node',
  name: 'node:http',
  envFile: '.env',
  detect: () => false,
  plan,
};

function plan(project: Project): SetupPlan {
  const isNew = isEmpty(project);
  const folder = isNew || project.files.list('src').length > 0 ? 'src' : '';
  const at = (path: string): string => posix.join(folder, path);
  refuseOtherSetup(project, at('torii'), '@torii/core');
  const places = {
    'src/torii.ts': at('torii'),
    'src/me.ts': at('me'),
    ...(isNew && { 'src/app.ts': 'src/app', 'src/server.ts': 'src/server' }),
    'test/me.test.ts': isNew ? 'test/me.test' : placeOfTest(project, folder),
  };
  const load = "const { app } = await import('../src/app.ts');";
  const loadRoute = "const { me: app } = await import('../src/me.ts');";
  const changes = placeTemplates({
    project,
    templates: templates.node,
    places,
    replace: {
      'test/me.test.ts': [...(isNew ? [] : [[load, loadRoute] as const]), ...testReplacements(project)],
    },
    marks: { 'src/torii.ts': 'verifier', 'src/me.ts': 'verifier', 'test/me.test.ts': '@torii/emulator' },
  });
  const steps = isNew || isImported(project, at('me')) ? [] : [callByHand(project, at('me'))];
  const server = placedPath(project, 'src/server.ts', 'src/server');
  const isTyped = project.language === 'ts';
  return {
    changes: isNew ? [...changes, ...typeSettings(project)] : changes,
    dependencies: ['@torii/core'],
    devDependencies: [...(isTyped ? ['@types/node', ...(isNew ? ['typescript'] : [])] : []), ...testPackages(project)],
    variables: {},
    scripts: isNew ? { start: `node ${server}` } : {},
    devCommand: isNew ? `node --watch ${server}` : undefined,
    testFile: placedPath(project, 'test/me.test.ts', places['test/me.test.ts']),
    devOptions: [],
    guarded: steps.length === 0 && isChecked(project, at('me')) ? ['GET /me'] : [],
    unguarded: isNew ? ['GET /'] : [],
    manualSteps: steps,
    usage: 'const { auth, denial } = await verifier.check(request);',
  };
}

/** Whether the handler checks the token: it is written now, or the existing file calls `verifier.check`. */
function isChecked(project: Project, place: string): boolean {
  const text = project.files.read(placedPath(project, 'src/me.ts', place));
  return text === undefined || /\bverifier\s*\.\s*check\s*\(/.test(readCode(text).bare);
}

function callByHand(project: Project, place: string): SetupPlan['manualSteps'][number] {
  const from = importOf(project, posix.join(posix.dirname(place), 'server'), place);
  const line =
    project.modules === 'commonjs' && project.language === 'js'
      ? `const { me } = require('${from}');`
      : `import { me } from '${from}';`;
  return {
    path: 'the file that handles requests',
    what: 'Call the protected handler for GET /me.',
    code: `${line}\n\nif (request.method === 'GET' && request.url === '/me') return me(request, response);`,
  };
}
