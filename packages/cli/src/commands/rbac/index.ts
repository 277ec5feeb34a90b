import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addRbacExplain } from './explain.ts';
import { addRbacLint } from './lint.ts';

export function addRbac(program: Command, context: Context): void {
  const rbac = program.command('rbac').description('Check a document of roles and permissions.');
  addRbacLint(rbac, context);
  addRbacExplain(rbac, context);
}
