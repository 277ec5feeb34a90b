import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addCompletion } from './completion.ts';
import { addConsole } from './console/index.ts';
import { addDoctor } from './doctor/index.ts';
import { addEmulator } from './emulator.ts';
import { addInvitations } from './invitations/index.ts';
import { addKeys } from './keys/index.ts';
import { addOrganizations } from './organizations/index.ts';
import { addOrigins } from './origins/index.ts';
import { addRbac } from './rbac/index.ts';
import { addRevocations } from './revocations/index.ts';
import { addSecret } from './secret.ts';
import { addSessions } from './sessions/index.ts';
import { addToken } from './token/index.ts';
import { addUsers } from './users/index.ts';
import { addWhoami } from './whoami.ts';

export function addCommands(program: Command, context: Context): void {
  addUsers(program, context);
  addSessions(program, context);
  addOrganizations(program, context);
  addInvitations(program, context);
  addOrigins(program, context);
  addSecret(program, context);
  addToken(program, context);
  addKeys(program, context);
  addRevocations(program, context);
  addRbac(program, context);
  addWhoami(program, context);
  addDoctor(program, context);
  addConsole(program, context);
  addEmulator(program, context);
  addCompletion(program, context);
}
