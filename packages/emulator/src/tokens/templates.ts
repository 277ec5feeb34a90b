import { EmulatorError } from '../errors.ts';
import { isRecord } from '../fields.ts';

/** A template for tokens of third parties. A page asks for its token by the template's name. */
export interface TokenTemplateOptions {
  /**
   * The claims of the token, in addition to `iss`, `sub`, `pid`, `iat` and `exp`. Give every template an `aud`, so that
   * your own servers refuse its tokens.
   *
   * @default {}
   */
  readonly claims?: Readonly<Record<string, unknown>>;
  /**
   * The lifetime of the token in seconds, a whole number from 1 to 1,000,000,000.
   *
   * @default the option `tokenLifetimeSeconds`
   */
  readonly expiresInSeconds?: number;
}

/** About 31 years. A date that is millions of years away could not be written. */
export const longestLifetimeSeconds: number = 1_000_000_000;

export interface TokenTemplate {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly expiresInSeconds: number | undefined;
}

/**
 * The claims that a template may not have: those that every token has, and those that say that a user is impersonated, which
 * a template must not hide.
 */
const ownClaims = ['iss', 'sub', 'pid', 'iat', 'exp', 'nbf', 'act', 'impersonating'];

/**
 * Reads templates. The claims are copied, so that a later change of the options changes no token.
 *
 * @throws EmulatorError `option_invalid`
 */
export function parseTemplates(templates: unknown, option: string): ReadonlyMap<string, TokenTemplate> {
  if (templates === undefined) return new Map();
  if (!isRecord(templates)) {
    throw invalid(option, 'must be an object such as { chat: { claims: { aud: "https://chat.example" } } }.');
  }
  return new Map(Object.entries(templates).map(([name, value]) => [name, parseTemplate(value, name, option)]));
}

function parseTemplate(value: unknown, name: string, option: string): TokenTemplate {
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw invalid(option, 'has an invalid name. Use 1 to 64 letters, digits, "_", "-" and ".".');
  }
  if (!isRecord(value))
    throw invalid(option, `has "${name}", which must be an object with claims and expiresInSeconds.`);
  const { claims = {}, expiresInSeconds, ...unknown } = value;
  const [other] = Object.keys(unknown);
  if (other !== undefined) throw invalid(option, `has "${name}" with ${other}, which is not a known field.`);
  if (!isRecord(claims)) throw invalid(option, `has "${name}", whose claims must be an object.`);
  const own = ownClaims.find((claim) => Object.hasOwn(claims, claim));
  if (own !== undefined) throw invalid(option, `has "${name}" with the claim ${own}, which the emulator sets itself.`);
  if (expiresInSeconds !== undefined && !isLifetime(expiresInSeconds)) {
    throw invalid(
      option,
      `has "${name}", whose expiresInSeconds must be a whole number of seconds from 1 to ${longestLifetimeSeconds}.`,
    );
  }
  return { claims: copyOf(claims, name, option), expiresInSeconds };
}

function copyOf(claims: object, name: string, option: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(JSON.stringify(claims));
  } catch (error) {
    throw new EmulatorError(
      'option_invalid',
      `Option ${option} has "${name}", whose claims cannot be written as JSON.`,
      { cause: error },
    );
  }
}

function isLifetime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= longestLifetimeSeconds;
}

function invalid(option: string, what: string): EmulatorError {
  return new EmulatorError('option_invalid', `Option ${option} ${what}`);
}
