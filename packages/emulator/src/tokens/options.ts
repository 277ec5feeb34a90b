import { EmulatorError } from '../errors.ts';
import { isRecord } from '../fields.ts';
import { type Flaw, flaws } from '../generated/flaws.ts';
import { longestLifetimeSeconds } from './templates.ts';

export type { Flaw };

/**
 * The key that signs a token. Either the `kid` of a key of this environment, including withdrawn keys, or `'stranger'`:
 * an unpublished key that is used with the current `kid`, which gives a token with a forged signature.
 */
export type Signer = 'stranger' | (string & {});

/** The content of a token. All options are optional: `{}` gives a valid token for a new user id. */
export interface TokenOptions {
  /**
   * The id or the email of an existing user. The token then says about the user what a token of a sign-in says: `sub`,
   * `email_verified` and `locale`. A banned user is accepted, because tokens from before a ban stay valid.
   */
  readonly user?: string;
  /**
   * The claim `sub`. No user with this id needs to exist. Cannot be combined with `user`.
   *
   * @default a new id
   */
  readonly userId?: string;
  /**
   * The claim `iss`.
   *
   * @default the issuer URL of the environment
   */
  readonly issuer?: string;
  /**
   * The claim `pid`.
   *
   * @default the id of the environment
   */
  readonly environmentId?: string;
  /**
   * The whole number of seconds from the emulator's current time to `exp`. A negative number gives an expired token.
   *
   * @default the option `tokenLifetimeSeconds` of `startEmulator()`
   */
  readonly expiresInSeconds?: number;
  /**
   * The claim `email_verified`.
   *
   * @default that of `user`, or true
   */
  readonly emailVerified?: boolean;
  /**
   * The claim `profile_complete`.
   *
   * @default true
   */
  readonly profileComplete?: boolean;
  /** The claim `locale`. By default that of `user`, or left out. */
  readonly locale?: string;
  /**
   * The claims `org_id` and `org_role`. The organization need not exist. Without `role`, the token has the role of the
   * user in it, or `org:member` if the user is not a member. Left out by default.
   */
  readonly organization?: { readonly id: string; readonly role?: string };
  /** The claim `act` (RFC 8693 section 4.1): the user who impersonates the token's user. Left out by default. */
  readonly actor?: { readonly sub: string; readonly [claim: string]: unknown };
  /** The claim `impersonating`: whether the token's user is impersonated. Left out by default. */
  readonly impersonating?: boolean;
  /**
   * The name of a token template of the environment. The token has its claims and its lifetime, and is for a third party:
   * it says neither whether the email is verified nor whether the profile is complete.
   */
  readonly template?: string;
  /** Additional claims. They override the claims of all other options, and `undefined` removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The names of claims to leave out, such as `exp`. Does the same as `undefined` in `claims`, which JSON does not have. */
  readonly omitClaims?: readonly string[];
  /**
   * The key that signs the token.
   *
   * @default the newest key
   */
  readonly signedBy?: Signer;
  /**
   * Makes a token that every verifier must refuse, such as `unsigned` or `longer_issuer`. The README lists the flaws. Cannot be combined
   * with `signedBy`.
   */
  readonly flaw?: Flaw;
}

/** Returns what a value must be, or `undefined` if it is valid. */
type Rule = (value: unknown) => string | undefined;

const isText: Rule = (value) => (typeof value === 'string' && value !== '' ? undefined : 'a string that is not empty');
const isFlag: Rule = (value) => (typeof value === 'boolean' ? undefined : 'true or false');

const rules: Readonly<Record<keyof TokenOptions, Rule>> = {
  user: isText,
  userId: isText,
  issuer: isText,
  environmentId: isText,
  expiresInSeconds: (value) =>
    Number.isInteger(value) && Math.abs(value as number) <= longestLifetimeSeconds
      ? undefined
      : `a whole number of seconds, at most ${longestLifetimeSeconds}, and negative for an expired token`,
  emailVerified: isFlag,
  profileComplete: isFlag,
  locale: isText,
  organization: (value) =>
    isRecord(value) &&
    hasOnly(value, ['id', 'role']) &&
    !isText(value['id']) &&
    (value['role'] === undefined || !isText(value['role']))
      ? undefined
      : 'an object with the string id and optionally role, such as { "id": "acme", "role": "org:administrator" }',
  actor: (value) =>
    isRecord(value) && !isText(value['sub']) ? undefined : 'an object with the string sub, such as { "sub": "admin" }',
  impersonating: isFlag,
  template: isText,
  claims: (value) => (isRecord(value) ? undefined : 'an object, such as { "plan": "pro" }'),
  omitClaims: (value) =>
    Array.isArray(value) && value.every((name) => typeof name === 'string')
      ? undefined
      : 'an array of names of claims, such as ["exp"]',
  signedBy: isText,
  flaw: (value) =>
    typeof value === 'string' && Object.hasOwn(flaws, value) ? undefined : `one of ${Object.keys(flaws).join(', ')}`,
};

/**
 * Validates options from untyped JavaScript or a request.
 *
 * @throws EmulatorError `option_invalid`; the message names the option and never its value
 */
export function parseTokenOptions(input: unknown): TokenOptions {
  if (!isRecord(input)) throw invalid('The options of a token must be an object, such as { "userId": "ada" }.');
  // Only its own options: an object can inherit others.
  const options: Record<string, unknown> = Object.fromEntries(Object.entries(input));
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof TokenOptions] : undefined;
    if (rule === undefined) {
      throw invalid(`${name.slice(0, 64)} is not an option of a token. Use ${Object.keys(rules).join(', ')}.`);
    }
    const wanted = value === undefined ? undefined : rule(value);
    if (wanted !== undefined) throw invalid(`The option ${name} of a token must be ${wanted}.`);
  }
  if (options['user'] !== undefined && options['userId'] !== undefined) {
    throw invalid('The options user and userId of a token cannot be combined. Use one of them.');
  }
  if (options['flaw'] !== undefined && options['signedBy'] !== undefined) {
    throw invalid('The options flaw and signedBy of a token cannot be combined. Use one of them.');
  }
  return options;
}

function hasOnly(value: object, names: readonly string[]): boolean {
  return Object.keys(value).every((name) => names.includes(name));
}

function invalid(message: string): EmulatorError {
  return new EmulatorError('option_invalid', message);
}
