import type { RevocationRecord } from '@torii/revocation';
import type { Column } from '../../output/table.ts';

export const recordColumns: readonly Column<RevocationRecord>[] = [
  { title: 'kind', value: ({ kind }) => kind },
  { title: 'id', value: ({ id }) => id ?? 'all' },
  { title: 'organization', value: ({ organizationId }) => organizationId },
  { title: 'issued before', value: ({ issuedBefore }) => issuedBefore, isTime: true },
];

/** What a record is about: a newer record of the same subject replaces it. */
export function subjectOf({ kind, id, organizationId }: RevocationRecord): string {
  return JSON.stringify([kind, id, organizationId ?? null]);
}
