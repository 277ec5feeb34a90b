import { optionalText, optionalWhole, type Rules, requireFields, text } from '../fields.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { bagRules } from '../metadata/two-bags.ts';
import { isEmail, isPassword, passwordRule } from '../users/input.ts';

/** An invitation to send, in the format of the REST API. */
export interface NewInvitation {
  readonly email: string;
  /** The number of days until the link expires, from 1 to 365. 7 by default. */
  readonly expiresInDays?: number | null;
  /** Where the person goes after the sign-up: a URL of an allowed origin. */
  readonly redirectUrl?: string | null;
  /** The metadata that the user gets. */
  readonly publicMetadata?: Metadata;
  readonly privateMetadata?: Metadata;
}

/** What an invited person enters. */
export interface Acceptance {
  /** The password, at least 8 characters. */
  readonly password: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
}

export const defaultExpiryDays = 7;
const longestExpiryDays = 365;

const newInvitationRules: Rules<keyof NewInvitation> = {
  email: text(isEmail, 'must be an email address'),
  expiresInDays: optionalWhole(1, longestExpiryDays, 'days'),
  redirectUrl: optionalText(),
  ...bagRules,
};

const acceptanceRules: Rules<keyof Acceptance> = {
  password: text(isPassword, passwordRule),
  firstName: optionalText(),
  lastName: optionalText(),
};

/** @throws InputError `invitation_invalid` */
export function parseInvitation(input: unknown): NewInvitation {
  return requireFields<NewInvitation>('invitation_invalid', 'An invitation', input, newInvitationRules);
}

/** @throws InputError `invitation_invalid` */
export function parseAcceptance(input: unknown): Acceptance {
  return requireFields<Acceptance>('invitation_invalid', 'The acceptance of an invitation', input, acceptanceRules);
}
