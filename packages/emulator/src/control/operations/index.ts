import type { ControlOperations, LibraryMember } from '../operation.ts';
import { activityOperations } from './activity.ts';
import { clockOperations } from './clock.ts';
import { faultOperations } from './faults.ts';
import { impersonationOperations } from './impersonation.ts';
import { invitationOperations } from './invitations.ts';
import { keyOperations } from './keys.ts';
import { organizationOperations } from './organizations.ts';
import { sessionOperations } from './sessions.ts';
import { tokenOperations } from './tokens.ts';
import { userOperations } from './users.ts';
import { webhookOperations } from './webhooks.ts';

export const controlOperations: ControlOperations = {
  ...activityOperations,
  ...tokenOperations,
  ...userOperations,
  ...sessionOperations,
  ...organizationOperations,
  ...invitationOperations,
  ...impersonationOperations,
  ...faultOperations,
  ...clockOperations,
  ...keyOperations,
  ...webhookOperations,
};

/** The members of the library that no operation offers, and why. A test requires that each member is in one of the two. */
export const membersWithoutOperation: Readonly<Partial<Record<LibraryMember, string>>> = {
  secretKey: 'a secret; the program prints it when it starts',
  webhookSecret: 'a secret; the program prints it when it starts',
  localOrigin: 'the address at which you send the request',
  environment: 'the issuer URL of the request selects the environment',
  stop: 'end the program with Ctrl-C or SIGTERM',
};
