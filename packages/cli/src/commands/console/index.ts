import { once } from 'node:events';
import { start, writer } from 'node:repl';
import { inspect } from 'node:util';
import { createVerifier, ToriiConfigError, type Verifier } from '@torii/core';
import type { Command } from 'commander';
import { type ApiOptions, addApiOptions, clientFor } from '../../client.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../failures.ts';
import { inUserWords } from '../../option-words.ts';
import { printableLines, withoutSecrets } from '../../output/printable.ts';
import { settingsFrom } from '../../settings.ts';
import { runScript } from './script.ts';

interface ConsoleOptions extends ApiOptions {
  readonly issuer?: string;
}

const examples = `
Examples:
  $ torii console
  torii> await client.users.list()
  torii> await verifier.verify(text)

  $ echo 'await client.users.list()' | \\
      torii console`;

export function addConsole(program: Command, context: Context): void {
  addApiOptions(program.command('console'))
    .description(
      'Open a JavaScript prompt with the variables `client`, a REST client, and `verifier`, or run a script from a pipe.',
    )
    .option('--issuer <url>', 'the issuer whose tokens `verifier` accepts (TORII_ISSUER)')
    .addHelpText('after', examples)
    .action((options: ConsoleOptions) => openConsole(context, options));
}

async function openConsole(context: Context, options: ConsoleOptions): Promise<void> {
  if (options.secretKeyFile === '-')
    throw new UsageError(
      'The console reads your input from standard input, so the secret key cannot come from there. Set --secret-key-file to a file.',
    );
  const issuer = settingsFrom(context, options)('TORII_ISSUER', options.issuer)?.text;
  const tools = {
    client: await toolFrom(() => clientFor(context, options)),
    verifier: await toolFrom(async () => verifierFor(issuer)),
  };
  const problems = Object.values(tools).flatMap((tool) => ('problem' in tool ? [tool.problem.message] : []));
  if (problems.length === 2) throw new UsageError(problems.join(' '));
  const { stdin, stdout } = context;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  await (isTerminal ? converse(context, tools) : runScript(context, describeTools(tools)));
}

function verifierFor(issuer: string | undefined): Verifier {
  if (issuer !== undefined) return createVerifier({ issuer });
  throw new UsageError(
    'TORII_ISSUER is not set. Set it to the URL of your issuer, or use --issuer https://acme.torii.so.',
  );
}

async function converse(context: Context, tools: Tools): Promise<void> {
  const { output, stdin, stdout, signal } = context;
  for (const [name, tool] of Object.entries(tools)) {
    output.say(
      'value' in tool ? `${name} is ready.` : `${name} is not available. ${withoutSecrets(tool.problem.message)}`,
    );
  }
  output.say('You can use await. .help lists commands, and Ctrl-D exits. Your input is not saved.');
  const prompt = start({
    input: stdin,
    output: stdout,
    terminal: true,
    // Ctrl-C ends a loop or an `await` that takes too long.
    breakEvalOnSigint: true,
    useColors: output.hasColors,
    prompt: 'torii> ',
    writer: (value: unknown) =>
      printableLines(inspect(value, { ...writer.options, colors: output.hasColors }), '\n\u001b'),
  });
  const addTools = (): void => void Object.defineProperties(prompt.context, describeTools(tools));
  addTools();
  prompt.on('reset', addTools);
  try {
    await once(prompt, 'exit', { signal });
  } finally {
    // While an `await` is running, the prompt only closes when it has ended. Do not wait for that after a signal.
    prompt.close();
  }
}

type Tools = Readonly<Record<string, { readonly value: object } | { readonly problem: Error }>>;

async function toolFrom(make: () => Promise<object>): Promise<Tools[string]> {
  try {
    return { value: await make() };
  } catch (error) {
    if (error instanceof ToriiConfigError) return { problem: new UsageError(inUserWords(error)) };
    if (error instanceof UsageError) return { problem: error };
    throw error;
  }
}

function describeTools(tools: Tools): PropertyDescriptorMap {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => [
      name,
      { enumerable: true, configurable: true, value: 'value' in tool ? tool.value : throwOnUse(tool.problem) },
    ]),
  );
}

function throwOnUse(problem: Error): object {
  return new Proxy(
    {},
    {
      get() {
        throw problem;
      },
    },
  );
}
