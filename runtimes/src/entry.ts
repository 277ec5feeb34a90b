// Writes revocations as text. Signs with Node's own HMAC, which is independent of the code under test.
import { createHash, createHmac } from 'node:crypto';
import { issuer as usualIssuer } from './issuer.ts';

export interface EntryFields {
  readonly kind: 'user' | 'member' | 'impersonator' | 'environment' | 'token';
  readonly id?: string;
  readonly organizationId?: string;
  readonly issuer?: string;
  readonly environmentId?: string;
  /** In Unix seconds. */
  readonly before: number;
}

/** With `secret`, the entry is signed. */
export function writeEntry(fields: EntryFields, secret?: string): string {
  const { kind, id, organizationId, issuer = usualIssuer, environmentId = 'env_1', before } = fields;
  const json = JSON.stringify({ kind, id, organizationId, issuer, environmentId, before });
  if (secret === undefined) return `v1:::${json}`;
  const keyId = createHash('sha256').update(`torii revocation key\n${secret}`).digest('hex').slice(0, 12);
  const signed = `torii revocation v1\n${issuer}\n${environmentId}\n${json}`;
  return `v1:${keyId}:${createHmac('sha256', secret).update(signed).digest('base64url')}:${json}`;
}
