import { Argument, type Command } from 'commander';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failures.ts';
import type { Output } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord, writeRecords } from '../output/records.ts';
import { wrap } from '../output/table.ts';
import {
  type Explanation,
  explain,
  findName,
  listNames,
  type Meaning,
  similarNames,
} from '../troubleshooting/explanation.ts';

const examples = `
Examples:
  $ torii explain token_expired
  $ torii explain issuer
  $ torii explain
  lists all names
  $ torii token why
  explains why one token is refused`;

export function addExplain(program: Command, context: Context, args: readonly string[]): void {
  const name = new Argument(
    '[name]',
    'reason, error code, option, or the address of one; without it, all names are listed',
  );
  // For shell completion only: `choices` would also list 300 names in the help, and refuse unknown names without a suggestion.
  if (args[0] === 'complete') name.argChoices = listNames().flatMap(({ names }) => names);
  addFormOptions(program.command('explain'))
    .description('Explain a reason, an error code or an option: what it means, and what to do.')
    .addArgument(name)
    .addHelpText('after', examples)
    .action((given: string | undefined, options: FormOptions) =>
      given === undefined ? writeNames(context.output, options) : writeExplanation(context.output, given, options),
    );
}

async function writeNames(output: Output, options: FormOptions): Promise<void> {
  const form = formOf(options);
  const groups = listNames();
  if (form === 'table' && output.isTerminal) {
    const parts = groups.map(
      ({ group, names }) => `${output.style('bold', group)}\n${lines(output, names.join(' '), 2)}\n`,
    );
    await output.write(parts.join('\n'));
    return;
  }
  const columns = [
    { title: 'name', value: ({ name }: { readonly name: string }) => name },
    { title: 'group', value: ({ group }: { readonly group: string }) => group },
  ];
  await writeRecords(
    output,
    form,
    columns,
    groups.flatMap(({ group, names }) => names.map((name) => ({ name, group }))),
  );
}

async function writeExplanation(output: Output, given: string, options: FormOptions): Promise<void> {
  const name = findName(given);
  if (name === undefined) {
    const similar = similarNames(given);
    const hint = similar.length === 0 ? 'List all names: torii explain' : `Did you mean ${similar.join(' or ')}?`;
    throw new CommandFailure(`There is no entry for ${printable(given).slice(0, 80)}. ${hint}`);
  }
  const explanation = explain(name);
  const form = formOf(options);
  if (form === 'table') await output.write(describeExplanation(output, explanation));
  else await writeRecord(output, form, [], explanation);
}

function describeExplanation(output: Output, { name, url, meanings, advice, options }: Explanation): string {
  const isOne = meanings.length + options.length === 1;
  const parts = [
    ...meanings.map((meaning) =>
      describeMeaning(output, isOne ? name : `${name} ${lowerFirst(meaning.place)}`, meaning),
    ),
    ...(advice === null ? [] : [lines(output, options.length === 0 ? advice : `What to do: ${advice}`)]),
    ...options.map((option) => {
      const about = option.about === null ? '' : ` ${option.about}`;
      const unset = option.default === null ? '' : ` Default: ${option.default}.`;
      const messages = option.messages.map((message) => `- ${lines(output, message, 2).trimStart()}`);
      return [lines(output, `${name} in ${option.package}:${about}${unset}`), ...messages].join('\n');
    }),
    url,
  ];
  return `${parts.join('\n\n')}\n`;
}

function describeMeaning(output: Output, title: string, { meaning, status, act, causes, find }: Meaning): string {
  const answer = status === null ? '' : ` Status ${status}.`;
  const list = causes.map(({ cause, remedy }, index) => {
    const number = `${index + 1}. `;
    return `${number}${lines(output, cause, 3).trimStart()}\n${lines(output, `→ ${remedy}`, 3)}`;
  });
  const parts = [lines(output, `${title}: ${meaning}.${answer}${act === null ? '' : ` ${act}`}`), list.join('\n')];
  return [...parts, ...(find === null ? [] : [lines(output, `How to find out: ${find}`)])].join('\n\n');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Breaks paragraphs between words, indented. */
function lines({ columns }: Output, text: string, indent = 0): string {
  const paragraphs = text.split('\n').flatMap((line) => wrap(line, columns - indent));
  return paragraphs.map((line) => ' '.repeat(indent) + line).join('\n');
}
