// What every app gets, whichever framework it uses: settings, the seed of the emulator, scripts and packages.
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { seed } from '../../generated/templates.ts';
import { addIgnored, addVariables } from './env-file.ts';
import { isIgnored, isTracked } from './git.ts';
import { addScripts, hasScript, missingPackages, runScript } from './package-manifest.ts';
import type { Answers, FileChange, ManualStep, Project, Setup, SetupPlan } from './plan.ts';
import { testCommand } from './test-file.ts';

export interface WholePlan
  extends Pick<SetupPlan, 'guarded' | 'unguarded' | 'manualSteps' | 'otherRoutes' | 'usage' | 'testFile'> {
  readonly changes: readonly FileChange[];
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** The scripts of package.json that start the app with the emulator, and run the test. */
  readonly devScript: string | undefined;
  readonly testScript: string;
  /** Options that `torii token mint` needs to find the settings of this project. */
  readonly settingsOptions: readonly string[];
}

const seedFile = 'torii-seed.json';
const exampleTitle = 'Torii. The values are on the dashboard.';

export function planWhole(root: string, project: Project, setup: Setup, answers: Answers): WholePlan {
  const plan = setup.plan(project, answers);
  const line = devLine(project, plan, setup);
  const devScript = line && ownScript(project, 'dev', 'dev:torii', 'torii dev');
  const test = plan.testCommand ?? testCommand(project, plan.testFile);
  const testScript = ownScript(project, 'test', 'test:torii', test);
  const scripts = { ...plan.scripts, ...(line && devScript && { [devScript]: line }), [testScript]: test };
  const { files } = project;
  const edit = (path: string, after: string): FileChange => ({ path, before: files.read(path), after });
  const exampleFile = '.env.example';
  const ignored = isIgnored(root, setup.envFile) ? [] : [setup.envFile];
  const changes = [
    ...plan.changes,
    ...(files.read(seedFile) === undefined ? [edit(seedFile, seed)] : []),
    edit(setup.envFile, addVariables(files.read(setup.envFile), variablesOf(plan, answers), titleOf(answers))),
    // Some generators ignore all files that begin with `.env`.
    ...(isIgnored(root, exampleFile)
      ? []
      : [edit(exampleFile, addVariables(files.read(exampleFile), exampleOf(plan), exampleTitle))]),
    edit('.gitignore', addIgnored(files.read('.gitignore'), [...newIgnored(project), ...ignored])),
    edit('package.json', addScripts(project, scripts, basename(root))),
  ];
  return {
    ...plan,
    manualSteps: [...plan.manualSteps, ...untrack(root, setup, answers)],
    changes: changes.filter(({ before, after }) => after !== (before ?? '')),
    dependencies: [...missingPackages(project, plan.dependencies), ...(plan.upgrades ?? [])],
    devDependencies: missingPackages(project, ['@torii/cli', '@torii/emulator', ...plan.devDependencies]),
    devScript,
    testScript,
    settingsOptions: settingsOption(setup),
  };
}

/** Returns the usual name for a script, or the other one if the project uses that name for another command. */
function ownScript(project: Project, usual: string, other: string, command: string): string {
  const isOwn = project.manifest.scripts?.[usual]?.startsWith(command) === true;
  return hasScript(project, usual) && !isOwn ? other : usual;
}

/** The command that starts the app during development. `undefined` if it is not known. */
function devLine(project: Project, { devCommand, devOptions }: SetupPlan, setup: Setup): string | undefined {
  const existing = ['dev', 'start'].find((name) => hasScript(project, name));
  const app = existing === undefined ? devCommand : runScript(project.packageManager, existing);
  return app && ['torii dev', `--seed ${seedFile}`, ...settingsOption(setup), ...devOptions, '--', app].join(' ');
}

/** The option that names the app's settings file for `torii`. Not needed for `.env`, the default. */
function settingsOption({ envFile }: Setup): readonly string[] {
  return envFile === '.env' ? [] : [`--settings ${envFile}`];
}

function variablesOf({ variables }: SetupPlan, { issuer, usesEmulator }: Answers): Readonly<Record<string, string>> {
  // Writes a secret key only for the emulator. The user adds the key of a real environment.
  const key = `sk_test_${randomBytes(18).toString('base64url')}`;
  return {
    TORII_ISSUER: issuer,
    ...(usesEmulator && { TORII_API_URL: issuer, TORII_SECRET_KEY: key }),
    ...variables,
  };
}

function exampleOf({ variables }: SetupPlan): Readonly<Record<string, string>> {
  const names = ['TORII_SECRET_KEY', ...Object.keys(variables)];
  return { TORII_ISSUER: 'https://acme.torii.so', ...Object.fromEntries(names.map((name) => [name, ''])) };
}

function titleOf({ usesEmulator }: Answers): string {
  return usesEmulator ? 'Torii: the emulator, which `torii dev` starts.' : 'Torii';
}

/** Git commits a file that it has already, although .gitignore names it. */
function untrack(root: string, { envFile }: Setup, { usesEmulator }: Answers): readonly ManualStep[] {
  if (!usesEmulator || !isTracked(root, envFile)) return [];
  const what = 'git has this file, so the secret key in it would be committed. Take it out of git; the file stays.';
  return [{ path: envFile, what, code: `git rm --cached ${envFile}` }];
}

/** A new project has no .gitignore yet. */
function newIgnored({ files }: Project): readonly string[] {
  return files.read('package.json') === undefined && files.read('.gitignore') === undefined ? ['node_modules'] : [];
}
