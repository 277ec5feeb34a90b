import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addToGroup } from '../group.ts';

export function addRevocations(program: Command, context: Context, args: readonly string[]): Promise<void> {
  const revocations = program
    .command('revocations')
    .description('List, follow and add revoked tokens, in the store that your servers read.');
  return addToGroup(revocations, context, args, {
    list: async () => (await import('./list.ts')).addRevocationsList,
    tail: async () => (await import('./tail.ts')).addRevocationsTail,
    add: async () => (await import('./add.ts')).addRevocationsAdd,
  });
}
