import { createHash } from 'node:crypto';

/** Which tokens the revocations are about. */
export interface Scope {
  readonly issuer: string;
  readonly environmentId: string;
}

export type EntryKind = 'user' | 'member' | 'token';

/** The cut-off of most entries: earlier than the tokens of a benchmark were issued. */
export const cutOff: number = Math.floor(Date.now() / 1000) - 600;

/** Creates the text of an entry, as it is in a store. `serial` selects the user: the same ids as in the tokens of `makeMaterial`. */
export function entryText({ issuer, environmentId }: Scope, kind: EntryKind, serial: number, before = cutOff): string {
  const id = kind === 'token' ? digestOf(serial) : userIdOf(serial);
  const organizationId = kind === 'member' ? organizationIdOf(serial) : undefined;
  return `v1:::${JSON.stringify({ kind, id, organizationId, issuer, environmentId, before })}`;
}

/** Of each five entries, three are about users, one about a member and one about a token. */
export function kindOf(serial: number): EntryKind {
  return (['member', 'token', 'user', 'user', 'user'] as const)[serial % 5] ?? 'user';
}

export function userIdOf(serial: number): string {
  return `01931a73-8b00-7000-8000-${String(serial).padStart(12, '0')}`;
}

export function organizationIdOf(serial: number): string {
  return `01931a74-1c00-7000-9000-${String(serial % 1_000).padStart(12, '0')}`;
}

function digestOf(serial: number): string {
  return createHash('sha256').update(String(serial)).digest('base64url');
}
