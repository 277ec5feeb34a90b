import type { Environment } from '../environment.ts';
import { EmulatorError } from '../errors.ts';
import type { User } from '../users/user.ts';
import { parseTokenOptions } from './options.ts';
import type { IssuedToken } from './token.ts';

/**
 * Mints the token that a developer asks for: with the library, the control API or the dashboard.
 *
 * @throws EmulatorError `option_invalid`, `user_unknown`, `key_unknown`
 */
export async function mintRequested({ tokens, users }: Environment, input: unknown): Promise<IssuedToken> {
  const { user: named, ...options } = parseTokenOptions(input);
  if (named === undefined) return tokens.issue(options);
  const found = users.find(named);
  if (found === undefined) {
    throw new EmulatorError(
      'user_unknown',
      'No user of this environment has this id or email. Use userId for any other id.',
    );
  }
  const { user, emailVerified } = found;
  return tokens.issue({ userId: user.id, emailVerified, ...localeOf(user), ...options });
}

function localeOf({ locale }: User): { readonly locale?: string } {
  return locale === null ? {} : { locale };
}

export interface TokenResponse {
  readonly token: string;
  /** The time in the claim `exp`, or `null` if the claim is left out or not a time. */
  readonly expiresAt: string | null;
  readonly claims: IssuedToken['claims'];
}

export function tokenResponseOf({ token, claims }: IssuedToken): TokenResponse {
  const date = new Date(typeof claims['exp'] === 'number' ? claims['exp'] * 1000 : Number.NaN);
  return { token, expiresAt: Number.isNaN(date.getTime()) ? null : date.toISOString(), claims };
}
