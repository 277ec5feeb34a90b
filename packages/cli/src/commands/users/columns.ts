import type { User } from '@torii/api';
import type { Column } from '../../output/table.ts';

/** What a table of users shows. Cards and JSON have more room. */
export const userColumns: readonly Column<User>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'email', value: ({ email }) => email, narrowest: 12 },
  { title: 'name', value: ({ name }) => name, narrowest: 8 },
  { title: 'status', value: ({ status }) => status },
  { title: 'created', value: ({ createdAt }) => createdAt, narrowest: 10 },
];

/** Everything about one user. */
export const profileColumns: readonly Column<User>[] = [
  ...userColumns,
  { title: 'updated', value: ({ updatedAt }) => updatedAt },
  { title: 'deleted', value: ({ deletedAt }) => deletedAt },
  { title: 'phone', value: ({ phone }) => phone },
  { title: 'address', value: ({ address }) => address },
  { title: 'born', value: ({ dateOfBirth }) => dateOfBirth },
  { title: 'locale', value: ({ locale }) => locale },
  { title: 'environment', value: ({ environmentId }) => environmentId },
];
