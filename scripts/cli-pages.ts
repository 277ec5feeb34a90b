// Part of `npm run generate`: writes docs/cli/ from the commands of packages/cli. Needs --conditions=@torii/source.
//   --check   writes nothing; reports pages that are not up to date, with exit code 1
import type { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { addCommands } from '../packages/cli/src/commands/index.ts';
import { openOutput } from '../packages/cli/src/output/output.ts';
import { createProgram } from '../packages/cli/src/program.ts';
import { repository } from './workspace.ts';

type Command = ReturnType<typeof createProgram>;
type Argument = Command['registeredArguments'][number];
type Option = Command['options'][number];

const folder = join(repository, 'docs', 'cli');
const note = '<!-- Written by `npm run generate` from the commands of packages/cli. Do not edit. -->';

/** Environment variables that a command reads, but that the description of the option does not name. */
const variablesOf: Readonly<Record<string, readonly string[]>> = {
  '--secret-key-file': ['TORII_SECRET_KEY', 'TORII_API_URL'],
  '--store': [
    'TORII_REVOCATIONS_STORE',
    'TORII_REVOCATIONS_SIGNING_KEYS',
    'TORII_ENVIRONMENT_ID',
    'TORII_MAX_TOKEN_SECONDS',
  ],
  '--announce': [
    'TORII_REVOCATIONS_STORE',
    'TORII_REVOCATIONS_SIGNING_KEYS',
    'TORII_ENVIRONMENT_ID',
    'TORII_MAX_TOKEN_SECONDS',
  ],
  '--credentials': ['NATS_NKEY', 'NATS_TOKEN', 'NATS_USER', 'NATS_PASSWORD', 'NATS_CA', 'NATS_CERT', 'NATS_KEY'],
};

/** The program with all commands. */
async function loadProgram(): Promise<Command> {
  const sink = Object.assign(new Writable(), { isTTY: true as const, columns: 80 });
  const streams = { stdout: sink, stderr: sink, env: {} };
  const { signal } = new AbortController();
  const context = { ...streams, stdin: process.stdin, cwd: '.', signal, output: openOutput(streams) };
  const outline = createProgram(context, []);
  await addCommands(outline, context, []);
  const names = outline.commands.map((command) => command.name());
  const program = createProgram(context, names);
  await addCommands(program, context, names);
  return program;
}

function writePages(program: Command): ReadonlyMap<string, string> {
  const groups = program.commands.filter((command) => !isHidden(program, command));
  return new Map([
    ['index.md', writeIndex(program, groups)],
    ...groups.map((group) => [`${group.name()}.md`, writeGroup(group)] as const),
  ]);
}

function writeIndex(program: Command, groups: readonly Command[]): string {
  const rows = groups.map((group) => [`[\`torii ${group.name()}\`](${group.name()}.md)`, group.description()]);
  return `${note}

# The torii command

\`\`\`sh
npm install --save-dev @torii/cli
npx torii --help
\`\`\`

${program.description()} [What you can do with it](../../packages/cli/README.md), step by step.

${drawTable(['command', 'what it does'], rows)}

${writeOptions(program)}## Settings and exit codes

\`\`\`text
${afterHelpOf(program)}
\`\`\`

[All settings](../../packages/cli/README.md#configuration), and [how to use torii in scripts](../../packages/cli/README.md#use-in-scripts).
`;
}

function writeGroup(group: Command): string {
  const leaves = group.commands.filter((command) => !isHidden(group, command));
  const title = `# torii ${group.name()}`;
  const end = '[Settings and exit codes](index.md#settings-and-exit-codes) of all commands.\n';
  const start = `${note}\n\n${title}\n\n\`\`\`sh\nnpx torii ${group.name()} --help\n\`\`\`\n\n`;
  if (leaves.length === 0) return `${start}${writeCommand(group, [group.name()])}${end}`;
  const rows = leaves.map((leaf) => [
    `[\`torii ${group.name()} ${leaf.name()}\`](#torii-${group.name()}-${leaf.name()})`,
    leaf.description(),
  ]);
  const parts = leaves.map(
    (leaf) => `## torii ${group.name()} ${leaf.name()}\n\n${writeCommand(leaf, [group.name(), leaf.name()])}`,
  );
  return `${start}${group.description()}\n\n${drawTable(['command', 'what it does'], rows)}\n\n${parts.join('')}${end}`;
}

function writeCommand(command: Command, path: readonly string[]): string {
  const usage = `torii ${path.join(' ')} ${command.usage()}`;
  const after = afterHelpOf(command);
  const variables = listVariables(command);
  return [
    `\`\`\`text\n${usage}\n\`\`\`\n\n${command.description()}\n\n`,
    writeArguments(command.registeredArguments),
    writeOptions(command),
    variables.length === 0 ? '' : `Environment: ${variables.map(code).join(', ')}.\n\n`,
    after === '' ? '' : `\`\`\`text\n${after}\n\`\`\`\n\n`,
  ].join('');
}

function writeArguments(list: readonly Argument[]): string {
  if (list.length === 0) return '';
  const rows = list.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '…' : ''}`;
    const choices = argument.argChoices === undefined ? '' : `: one of ${argument.argChoices.map(code).join(', ')}`;
    return [code(argument.required ? `<${name}>` : `[${name}]`), sentence(argument.description) + choices];
  });
  return `${drawTable(['argument', 'meaning'], rows)}\n\n`;
}

function writeOptions(command: Command): string {
  const options = command.createHelp().visibleOptions(command);
  const rows = options.map((option: Option) => [
    code(option.flags),
    sentence(option.description) +
      (option.argChoices === undefined ? '' : `: one of ${option.argChoices.map(code).join(', ')}`),
    defaultOf(option),
  ]);
  return `${drawTable(['option', 'meaning', 'default'], rows)}\n\n`;
}

function defaultOf({ defaultValue, defaultValueDescription }: Option): string {
  if (defaultValueDescription !== undefined) return code(defaultValueDescription);
  return defaultValue === undefined || defaultValue === false ? '' : code(String(defaultValue));
}

function listVariables(command: Command): readonly string[] {
  const options = command.createHelp().visibleOptions(command);
  const named = options.flatMap(({ description }) => description.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? []);
  const implied = options.flatMap(({ long }) => variablesOf[long ?? ''] ?? []);
  return [...new Set([...named, ...implied])].sort();
}

/** The text that a command adds to its help: its examples. */
function afterHelpOf(command: Command): string {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  // Commander prints this text in an event listener. A command is an event emitter, although its type does not say so.
  (command as unknown as EventEmitter).emit('afterHelp', { error: false, command, write });
  return text.replace(/^\n+|\s+$/g, '');
}

function isHidden(parent: Command, command: Command): boolean {
  return command.name() === 'help' || !parent.createHelp().visibleCommands(parent).includes(command);
}

function sentence(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<');
}

function code(text: string): string {
  return `\`${text}\``;
}

function drawTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |'))
    .join('\n');
}

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const pages = writePages(await loadProgram());
const present = existsSync(folder) ? readdirSync(folder) : [];
const changed = [...pages].filter(
  ([name, text]) => !present.includes(name) || readFileSync(join(folder, name), 'utf8') !== text,
);
const stray = present.filter((name) => !pages.has(name));
for (const name of [...changed.map(([name]) => name), ...stray]) {
  if (values.check) {
    console.error(`docs/cli/${name} is not up to date. Run \`npm run generate\`.`);
    process.exitCode = 1;
  } else console.log(`docs/cli/${name}`);
}
if (!values.check) {
  mkdirSync(folder, { recursive: true });
  for (const name of stray) rmSync(join(folder, name));
  for (const [name, text] of changed) writeFileSync(join(folder, name), text);
}
