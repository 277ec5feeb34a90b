import type { Environment } from './environment.ts';
import { EmulatorError } from './errors.ts';
import { defaultRole } from './organizations/input.ts';
import { parseTokenOptions, type TokenOptions } from './tokens/options.ts';
import type { IssuedToken } from './tokens/token.ts';
import type { User } from './users/user.ts';

/**
 * Mints the token that a developer asks for: with the library, the control API or the dashboard.
 *
 * @throws EmulatorError `option_invalid`, `user_unknown`, `key_unknown`
 */
export async function mintRequested(environment: Environment, input: unknown): Promise<IssuedToken> {
  const { user: named, organization, template, ...options } = parseTokenOptions(input);
  const known = named === undefined ? {} : claimsOf(environment, named);
  const claimed = { ...known, ...withTemplate(environment, template, options) };
  if (organization === undefined) return environment.tokens.issue(claimed);
  const { id, role = roleOf(environment, id, claimed.userId) } = organization;
  return environment.tokens.issue({ ...claimed, organization: { id, role } });
}

/** The claims about the user in a token from a sign-in. */
function claimsOf({ users }: Environment, idOrEmail: string): TokenOptions {
  const found = users.find(idOrEmail);
  if (found === undefined) {
    throw new EmulatorError(
      'user_unknown',
      'No user of this environment has this id or email. Use userId for any other id.',
    );
  }
  const { user, emailVerified } = found;
  return { userId: user.id, emailVerified, ...localeOf(user) };
}

function withTemplate(
  { tokenTemplates }: Environment,
  name: string | undefined,
  options: TokenOptions,
): Omit<TokenOptions, 'user' | 'organization'> {
  if (name === undefined) return options;
  const template = tokenTemplates.get(name);
  if (template === undefined) {
    const names = [...tokenTemplates.keys()].join(', ');
    throw new EmulatorError(
      'option_invalid',
      `The option template of a token must be a token template of this environment, ${names === '' ? 'which has none' : `one of: ${names}`}.`,
    );
  }
  const { claims, expiresInSeconds } = template;
  return {
    ...(expiresInSeconds !== undefined && { expiresInSeconds }),
    ...options,
    claims: {
      email_verified: undefined,
      profile_complete: undefined,
      locale: options.locale,
      ...claims,
      ...options.claims,
    },
  };
}

function localeOf({ locale }: User): { readonly locale?: string } {
  return locale === null ? {} : { locale };
}

function roleOf({ organizations }: Environment, organizationId: string, userId: string | undefined): string {
  return (userId !== undefined && organizations.roleOf(organizationId, userId)) || defaultRole;
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
