import type { RevocationData } from './case-table.ts';

/** What is revoked from the start, and the issuer that it belongs to. */
export interface RevocationSetting extends RevocationData {
  readonly issuer: string;
  readonly environmentId: string;
}

/** Fits the option `revocations` of `createVerifier` of `@torii/core`. */
export interface RevocationSource {
  readonly issuer: string;
  readonly environmentId: string;
  readonly maxTokenSeconds: number;
  check(token: AskedToken): 'accepted' | 'revoked' | 'unavailable';
  /** Revokes the tokens of a user, or one token by its digest. */
  revoke(name: string): void;
}

export interface AskedToken {
  readonly auth: { readonly userId: string };
  readonly digest: string;
}

/** The revocations of a setting, in memory. */
export function createRevocationSource(setting: RevocationSetting): RevocationSource {
  const { issuer, environmentId, maxTokenSeconds, revoked, unavailable } = setting;
  const names = new Set(revoked);
  return {
    issuer,
    environmentId,
    maxTokenSeconds,
    check({ auth: { userId }, digest }) {
      if (names.has(userId) || names.has(digest)) return 'revoked';
      return unavailable.includes(userId) ? 'unavailable' : 'accepted';
    },
    revoke: (name) => void names.add(name),
  };
}
