import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addToGroup } from '../group.ts';

export function addRbac(program: Command, context: Context, args: readonly string[]): Promise<void> {
  const rbac = program.command('rbac').description('Check a document of roles and permissions.');
  return addToGroup(rbac, context, args, {
    lint: async () => (await import('./lint.ts')).addRbacLint,
    explain: async () => (await import('./explain.ts')).addRbacExplain,
  });
}
