import type { Command } from 'commander';

/** The command that the first words of a command line name, and its path: `users list` in `users list --json`. */
function findCommand(
  program: Command,
  args: readonly string[],
): { readonly command: Command; readonly path: string[] } {
  let command = program;
  const path: string[] = [];
  for (const word of args) {
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (next === undefined) break;
    command = next;
    path.push(word);
  }
  return { command, path };
}

/**
 * Makes `help` understand every command: `help users create` and `users help create` are `users create --help`. A misspelled
 * command is an error with a suggestion, although help is asked for: commander would show the help of the group.
 */
export function withHelp(program: Command, args: readonly string[]): readonly string[] {
  const group = findCommand(program, args);
  const isHelpCommand = args[group.path.length] === 'help' && group.command.commands.length > 0;
  const words = isHelpCommand ? args.toSpliced(group.path.length, 1) : args;
  const { command, path } = findCommand(program, words);
  const [rest] = splitAtDashes(words.slice(path.length));
  const isHelp = isHelpCommand || rest.some((word) => word === '--help' || word === '-h');
  const [next] = rest;
  if (!isHelp) return args;
  const isMisspelled = next !== undefined && !next.startsWith('-') && command.commands.length > 0;
  return isMisspelled ? [...path, next] : [...path, '--help'];
}

/** The command line with its leading options after the command, or `undefined` if no option is before the command. */
export function withOptionsLast(program: Command, args: readonly string[]): string | undefined {
  const { path } = findCommand(program, args);
  const [rest] = splitAtDashes(args.slice(path.length));
  const begin = rest.findIndex((word) => !word.startsWith('-'));
  if (begin <= 0) return undefined;
  const { path: later } = findCommand(findCommand(program, path).command, rest.slice(begin));
  return later.length === 0 ? undefined : ['torii', ...path, ...later, ...rest.slice(0, begin)].join(' ');
}

function splitAtDashes(args: readonly string[]): readonly [readonly string[], readonly string[]] {
  const end = args.indexOf('--');
  return end < 0 ? [args, []] : [args.slice(0, end), args.slice(end)];
}
