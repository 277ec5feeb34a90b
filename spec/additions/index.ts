import type { Additions } from './addition.ts';
import { allowedOrigins } from './allowed-origins.ts';
import { invitations } from './invitations.ts';
import { organizations } from './organizations.ts';
import { sessions } from './sessions.ts';
import { users } from './users.ts';

/** Everything that Torii's server has and server-v1.json does not describe. */
export const additions: readonly Additions[] = [users, sessions, organizations, invitations, allowedOrigins];
