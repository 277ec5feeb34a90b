import { parseEnv } from 'node:util';
import { docsHome, isLoopback, problemOfIssuer } from '@torii/core/internal';
import type { Context } from '../../context.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { askLine } from '../../prompt.ts';
import { isEmpty } from './app-setup.ts';
import { type Answers, frameworks, type Project, type Setup } from './plan.ts';
import { allDependencies } from './project.ts';
import { setups } from './setups.ts';

export interface AskOptions {
  readonly framework?: string;
  readonly issuer?: string;
  readonly yes?: true;
}

/** Kinds of apps that `torii init` cannot set up, by a package that they use, with the documentation page to follow instead. */
const recipes: Readonly<Record<string, string>> = {
  '@nestjs/core': 'recipes/nestjs',
  wrangler: 'recipes/workers',
};

const emulatorUrl = 'http://127.0.0.1:4100';

/** Finds out how to set the project up, and asks only if the project does not say. */
export async function chooseSetup(context: Context, project: Project, options: AskOptions): Promise<Setup> {
  if (options.framework !== undefined) return setupOf(options.framework);
  const packages = allDependencies(project.manifest);
  // A Next.js app can have `wrangler` too, for its deployment. It is set up like any Next.js app.
  const [, recipe] = ('next' in packages ? [] : Object.entries(recipes)).find(([name]) => name in packages) ?? [];
  if (recipe !== undefined)
    throw new CommandFailure(`torii init does not know apps of this kind. Follow ${docsHome}/${recipe}`);
  const found = setups.filter((setup) => setup.detect(project));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = found.map(({ framework }) => framework);
  if (!canAsk(context, options)) {
    if (found.length === 0 && !isEmpty(project)) return setupOf('node');
    if (found.length === 0)
      throw new UsageError(`The folder has no app yet. Choose one with --framework: ${frameworks.join(', ')}.`);
    throw new UsageError(`The project has ${names.join(' and ')}. Choose one with --framework.`);
  }
  if (found.length === 0 && !isEmpty(project)) return setupOf('node');
  const list = found.length === 0 ? frameworks : names;
  const answer = await askLine(context, `Which framework? ${list.join(', ')} [${list.at(-1)}] `);
  return setupOf(answer.trim().toLowerCase() || (list.at(-1) ?? 'node'));
}

function setupOf(name: string): Setup {
  const setup = setups.find(({ framework }) => framework === name);
  if (setup !== undefined) return setup;
  throw new UsageError(`There is no framework ${name}. Use ${frameworks.join(', ')}.`);
}

/** Takes the issuer from the flag, the settings file or the user's answer. */
export async function chooseIssuer(
  context: Context,
  { files }: Project,
  { envFile }: Setup,
  options: AskOptions,
): Promise<Answers> {
  const variables = parseEnv((files.read(envFile) ?? '').replace(/\r\n?/g, '\n'));
  const stored = variables['TORII_ISSUER'];
  if (stored?.trim() === '')
    throw new CommandFailure(`TORII_ISSUER in ${envFile} is empty. Write your issuer there, or remove the line.`);
  if (stored !== undefined) {
    if (options.issuer !== undefined && options.issuer !== stored)
      throw new CommandFailure(
        `${envFile} has another TORII_ISSUER, and torii init changes no value in it. Change it there, or leave out --issuer.`,
      );
    return answersFor(stored, `TORII_ISSUER in ${envFile}`);
  }
  if (options.issuer !== undefined) return answersFor(options.issuer, '--issuer');
  // The key belongs to a real environment, so the emulator must not be used.
  const hasKey = (variables['TORII_SECRET_KEY'] ?? '') !== '';
  const needsIssuer = `${envFile} has a TORII_SECRET_KEY, but no TORII_ISSUER. Name the issuer with --issuer.`;
  if (!canAsk(context, options)) {
    if (hasKey) throw new UsageError(needsIssuer);
    return answersFor(emulatorUrl, '--issuer');
  }
  const question = `Your issuer URL, such as https://acme.torii.so ${hasKey ? '' : '[none yet: use a local Torii] '}`;
  const answer = (await askLine(context, question)).trim();
  if (hasKey && answer === '') throw new UsageError(needsIssuer);
  return answersFor(answer || emulatorUrl, 'The issuer');
}

function answersFor(issuer: string, name: string): Answers {
  const problem = problemOfIssuer(issuer);
  if (problem !== undefined) throw new UsageError(`${name} ${problem}.`);
  return { issuer, usesEmulator: isLoopback(new URL(issuer).hostname) };
}

function canAsk({ stdin, stderr }: Context, { yes }: AskOptions): boolean {
  return !yes && stdin.isTTY === true && stderr.isTTY === true;
}
