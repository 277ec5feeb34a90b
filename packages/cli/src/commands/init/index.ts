import { type Command, Option } from 'commander';
import type { Context } from '../../context.ts';
import { CommandFailure, StepsLeft } from '../../failures.ts';
import { printable } from '../../output/printable.ts';
import { addYesOption, confirm, demandConfirmable } from '../../prompt.ts';
import { type AskOptions, chooseIssuer, chooseSetup } from './answers.ts';
import { isEmpty } from './app-setup.ts';
import { applyChanges } from './apply.ts';
import { describeChanges } from './diff.ts';
import { uncommittedFiles } from './git.ts';
import { install, installCommands } from './install.ts';
import { frameworks, type Project } from './plan.ts';
import { readProject } from './project.ts';
import { describeResult, describeSteps, noteOnNode } from './result.ts';
import { setups } from './setups.ts';
import { planWhole, type WholePlan } from './whole-plan.ts';

interface InitOptions extends AskOptions {
  readonly typescript?: true;
  readonly dryRun?: true;
  readonly force?: true;
  readonly install: boolean;
}

const help = `
Run it in the folder of the app. It shows all
changes and asks before it makes them.

Exit codes: 3 if something is left to do by
hand, otherwise as for all commands.

Examples:
  $ torii init
  $ torii init --dry-run
  $ torii init --framework express --yes
  $ torii init --issuer https://acme.torii.so`;

export function addInit(program: Command, context: Context): void {
  addYesOption(program.command('init'))
    .description('Add Torii to an app: a guard, a protected route, its test, and settings for development.')
    .addOption(new Option('--framework <name>', 'set up this framework').choices(frameworks))
    .option('--issuer <url>', 'issuer URL, from your dashboard')
    .option('--typescript', 'write TypeScript into an empty folder')
    .option('--dry-run', 'show the changes without making them')
    .option('--force', 'run even if there are uncommitted changes')
    .option('--no-install', 'do not install packages')
    .addHelpText('after', help)
    .action((options: InitOptions) => runInit(context, options));
}

async function runInit(context: Context, options: InitOptions): Promise<void> {
  const { cwd, output } = context;
  if (!options.dryRun) demandConfirmable(context, options, 'or --dry-run to see the changes');
  const isChecked = !options.dryRun && !options.force;
  const uncommitted = isChecked ? uncommittedFiles(cwd) : [];
  if (uncommitted === undefined) output.say('This folder is not in a git repository: git cannot undo the changes.');
  const project = readProject(cwd, options);
  demandApp(project, options);
  // A new app always has changes.
  if (isEmpty(project)) demandCommitted(uncommitted);
  // With uncommitted changes the run is refused below, so ask no questions.
  const asking: AskOptions =
    uncommitted === undefined || uncommitted.length === 0 ? options : { ...options, yes: true };
  const setup = await chooseSetup(context, project, asking);
  const answers = await chooseIssuer(context, project, setup, asking);
  const plan = planWhole(cwd, project, setup, answers);
  const hasPackages = plan.dependencies.length + plan.devDependencies.length > 0;
  if (plan.changes.length > 0 || (hasPackages && options.install)) demandCommitted(uncommitted);
  output.say(`Framework: ${setup.name}. Issuer: ${printable(answers.issuer)}.`);
  if (plan.changes.length > 0) await output.write(`${describeChanges(plan.changes, output)}\n`);
  if (options.dryRun || (plan.changes.length === 0 && !hasPackages)) return end(context, plan);
  await change(context, project, plan, options);
  for (const line of [...describeResult(project, plan), ...noteOnNode(process.versions.node)]) output.say(line);
  end(context, plan);
}

async function change(context: Context, project: Project, plan: WholePlan, options: InitOptions): Promise<void> {
  const { cwd, output } = context;
  const commands = installCommands(project.packageManager, plan);
  const count = plan.changes.length;
  if (options.install) for (const command of commands) output.say(`Installs: ${command.join(' ')}`);
  if (count > 0 || options.install) {
    const files =
      count === 0 ? 'Install the packages?' : `Write ${count === 1 ? 'this file' : `these ${count} files`}?`;
    await confirm(context, files, options);
  }
  applyChanges(cwd, plan.changes);
  for (const [index, command] of commands.entries()) {
    if (options.install) await install(context, command, commands.slice(index));
    else output.say(`Not installed yet: ${command.join(' ')}`);
  }
}

/** Ends the run, with exit code 3 if something is left to do by hand. */
function end({ output }: Context, plan: WholePlan): void {
  if (plan.changes.length === 0 && plan.manualSteps.length === 0) {
    const isInstalled = plan.dependencies.length + plan.devDependencies.length === 0;
    output.say(isInstalled ? 'Nothing to change: Torii is set up.' : 'No file needs a change.');
  }
  for (const line of describeSteps(plan)) output.say(line);
  if (plan.manualSteps.length > 0) throw new StepsLeft('There are steps left to do by hand.');
}

function demandCommitted(uncommitted: readonly string[] = []): void {
  if (uncommitted.length === 0) return;
  const shown = uncommitted.slice(0, 5).map((line) => `\n  ${printable(line)}`);
  const more = uncommitted.length > 5 ? `\n  and ${uncommitted.length - 5} more` : '';
  throw new CommandFailure(`There are uncommitted changes. Commit them first, or use --force.${shown.join('')}${more}`);
}

function demandApp(project: Project, { framework }: InitOptions): void {
  const isWorkspace =
    project.manifest.workspaces !== undefined || project.files.read('pnpm-workspace.yaml') !== undefined;
  if (!isWorkspace || framework !== undefined || setups.some((setup) => setup.detect(project))) return;
  throw new CommandFailure(
    'This is the root of a workspace. Run torii init in the folder of the app, or name a framework with --framework.',
  );
}
