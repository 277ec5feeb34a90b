import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addRevocationsAdd } from './add.ts';
import { addRevocationsList } from './list.ts';
import { addRevocationsTail } from './tail.ts';

export function addRevocations(program: Command, context: Context): void {
  const revocations = program
    .command('revocations')
    .description('List, follow and add revoked tokens, in the store that your servers read.');
  addRevocationsList(revocations, context);
  addRevocationsTail(revocations, context);
  addRevocationsAdd(revocations, context);
}
