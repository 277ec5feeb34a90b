import type { Invitation } from '@torii/api';
import type { Column } from '../../output/table.ts';

export const invitationColumns: readonly Column<Invitation>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'email', value: ({ email }) => email, narrowest: 10, overflow: 'shorten' },
  { title: 'status', value: ({ status }) => status },
  { title: 'expires', value: ({ expiresAt }) => expiresAt, isTime: true },
];
