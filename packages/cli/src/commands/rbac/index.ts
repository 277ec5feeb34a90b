import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { addRbacExplain } from './explain.ts';
import { addRbacLint } from './lint.ts';

/** `torii rbac`: looks into documents of roles and permissions, where @torii/authz is installed. */
export function addRbac(program: Command, context: Context): void {
  const rbac = program.command('rbac').description('Look into a document of roles and permissions.');
  addRbacLint(rbac, context);
  addRbacExplain(rbac, context);
}
