import type { Auth } from '@torii/core';

/** A row of your database. The ids of the two providers differ, so your own id is what the rest of the app uses. */
export interface Account {
  readonly id: string;
  /** `sub` of the provider's tokens. */
  readonly providerUserId: string | null;
  /** `sub` of Torii's tokens: the id that Torii gave the user at the import. */
  readonly toriiUserId: string | null;
}

/**
 * Finds the account of a caller. The issuer decides which column is compared: otherwise, a user who can choose their id at
 * one provider could take over the account of another user at the other provider.
 */
export function accountOf(auth: Auth<object>, accounts: readonly Account[]): Account | undefined {
  // Only tokens of Torii have an environment.
  const column = auth.environmentId === null ? 'providerUserId' : 'toriiUserId';
  return accounts.find((account) => account[column] === auth.userId);
}
