import type { RevocableToken, RevocationSource, RevocationVerdict } from '@torii/core';

/** The revocations of a verifier in cases.json. A name is a user id or the digest of a token. */
export interface RevocationData {
  readonly maxTokenSeconds: number;
  readonly revoked: readonly string[];
  readonly unavailable: readonly string[];
}

export interface TestSource extends RevocationSource {
  // No more of the token, so that it can be asked from another process.
  check(token: Pick<RevocableToken, 'digest'> & { readonly auth: { readonly userId: string } }): RevocationVerdict;
  /** Revokes the tokens of a user, or one token by its digest. */
  revoke(name: string): void;
}

export function createSource(
  { maxTokenSeconds, revoked, unavailable }: RevocationData,
  place: Pick<RevocationSource, 'issuer' | 'environmentId'>,
): TestSource {
  const names = new Set(revoked);
  return {
    ...place,
    maxTokenSeconds,
    check({ auth: { userId }, digest }) {
      if (names.has(userId) || names.has(digest)) return 'revoked';
      return unavailable.includes(userId) ? 'unavailable' : 'accepted';
    },
    revoke: (name) => void names.add(name),
  };
}
