import { isUuid, optionalText, optionalWhole, type Rules, requireFields, text } from '../fields.ts';

/** A token to create, in the format of the REST API. */
export interface NewImpersonationToken {
  /** The user who will act as the other user. */
  readonly actorUserId: string;
  /** Why, 1 to 500 characters. */
  readonly reason: string;
  /** The page that redeems the token: a URL of an allowed origin. */
  readonly redirectUrl?: string | null;
  /** How long the token can be redeemed, 60 to 600 seconds. 600 by default. */
  readonly expiresInSeconds?: number | null;
}

export const defaultLifetimeSeconds = 600;
const longestReason = 500;

const rules: Rules<keyof NewImpersonationToken> = {
  actorUserId: text(isUuid, 'must be a UUID'),
  reason: text(
    (value) => value.trim() !== '' && value.length <= longestReason,
    `must have 1 to ${longestReason} characters`,
  ),
  redirectUrl: optionalText(),
  expiresInSeconds: optionalWhole(60, 600, 'seconds'),
};

/** @throws InputError `impersonation_invalid` */
export function parseImpersonation(input: unknown): NewImpersonationToken {
  return requireFields<NewImpersonationToken>('impersonation_invalid', 'An impersonation token', input, rules);
}
