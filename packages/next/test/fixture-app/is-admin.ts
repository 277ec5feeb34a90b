import { type Check, refuse } from '@torii/next';

export const isAdmin: Check = (auth) =>
  auth.organization?.role === 'org:administrator' || refuse('Only administrators may do this.');
