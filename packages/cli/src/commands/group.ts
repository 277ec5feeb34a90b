import type { Command } from 'commander';
import type { Context } from '../context.ts';

type LoadCommand = () => Promise<(group: Command, context: Context) => void>;

/**
 * Adds the commands of a group. If the command line begins with one of them, as `users list` does, only that one is loaded.
 * Otherwise all are: for their list, for completion, and for the suggestion after a misspelled name.
 */
export async function addToGroup(
  group: Command,
  context: Context,
  args: readonly string[],
  commands: Readonly<Record<string, LoadCommand>>,
): Promise<void> {
  const [first, second = ''] = args;
  const named = first === group.name() && Object.hasOwn(commands, second) ? commands[second] : undefined;
  const loading = (named === undefined ? Object.values(commands) : [named]).map((load) => load());
  for (const add of await Promise.all(loading)) add(group, context);
}
