import { once } from 'node:events';
import { start } from 'node:repl';
import { createVerifier, ToriiConfigError } from '@torii/core';
import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { withoutSecrets } from '../../output/printable.ts';
import { settingsFrom } from '../../settings.ts';
import { runScript } from './script.ts';

interface ConsoleOptions extends ApiOptions {
  readonly issuer?: string;
}

const examples = `
Examples:
  $ torii console
  torii> await torii.users.list()
  torii> await verifier.verify(text)

  $ echo 'await torii.users.list()' | \\
      torii console`;

/** `torii console`: a prompt with a client and a verifier. */
export function addConsole(program: Command, context: Context): void {
  addApiOptions(program.command('console'))
    .description('Open a prompt with `torii`, a client, and `verifier`, ready; or run a script from a pipe.')
    .option('--issuer <url>', 'whose tokens `verifier` verifies (TORII_ISSUER)')
    .addHelpText('after', examples)
    .action((options: ConsoleOptions) => openConsole(context, options));
}

async function openConsole(context: Context, options: ConsoleOptions): Promise<void> {
  if (options.secretKeyFile === '-')
    throw new UsageError(
      'The console reads what you type from standard input. Give --secret-key-file the path of a file.',
    );
  const issuer = settingsFrom(context, options)('TORII_ISSUER', options.issuer)?.text;
  const tools = {
    torii: await toolFrom(() => clientFor(context, options)),
    verifier: await toolFrom(async () => createVerifier({ issuer })),
  };
  const problems = Object.values(tools).flatMap((tool) => ('problem' in tool ? [tool.problem.message] : []));
  if (problems.length === 2) throw new UsageError(problems.join(' '));
  const { stdin, stdout } = context;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  await (isTerminal ? converse(context, tools) : runScript(context, describeTools(tools)));
}

async function converse(context: Context, tools: Tools): Promise<void> {
  const { output, stdin, stdout, signal } = context;
  for (const [name, tool] of Object.entries(tools)) {
    output.say('value' in tool ? `${name} is ready.` : `${name} is not there. ${withoutSecrets(tool.problem.message)}`);
  }
  output.say('await works, .help lists commands, Ctrl-D ends it. What you type is then forgotten.');
  const prompt = start({
    input: stdin,
    output: stdout,
    terminal: true,
    useColors: output.hasColours,
    prompt: 'torii> ',
  });
  const furnish = (): void => void Object.defineProperties(prompt.context, describeTools(tools));
  furnish();
  prompt.on('reset', furnish);
  const close = (): void => prompt.close();
  signal.addEventListener('abort', close, { once: true });
  await once(prompt, 'exit');
  signal.removeEventListener('abort', close);
}

/** What is at hand by name, or why it is not. */
type Tools = Readonly<Record<string, { readonly value: object } | { readonly problem: Error }>>;

async function toolFrom(make: () => Promise<object>): Promise<Tools[string]> {
  try {
    return { value: await make() };
  } catch (error) {
    if (error instanceof ToriiConfigError || error instanceof UsageError) return { problem: error };
    throw error;
  }
}

/** Variables, of which one that is missing says so when it is used. */
function describeTools(tools: Tools): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => [
      name,
      { enumerable: true, configurable: true, value: 'value' in tool ? tool.value : standIn(tool.problem) },
    ]),
  );
}

function standIn(problem: Error): object {
  return new Proxy(
    {},
    {
      get() {
        throw problem;
      },
    },
  );
}
