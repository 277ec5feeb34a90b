import { type CryptoKey, type JWTPayload, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';
import { EmulatorError } from '../errors.ts';
import { flaws } from '../generated/flaws.ts';
import { type FlawedToken, signFlawed } from './flawed-token.ts';
import type { Signer, TokenOptions } from './options.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface TokenDefaults {
  readonly issuer: string;
  readonly environmentId: string;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly lifetimeSeconds: number;
  /** Called with the claims of each token. The token itself is not passed, so that it cannot be logged. */
  readonly onIssued: (kid: string, claims: Claims) => void;
}

export type Claims = Readonly<Record<string, unknown>>;

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
  readonly expiresInSeconds: number;
  readonly claims: Claims;
}

export class TokenMint {
  readonly #defaults: TokenDefaults;

  constructor(defaults: TokenDefaults) {
    this.#defaults = defaults;
  }

  async issue(options: Omit<TokenOptions, 'user'> = {}): Promise<IssuedToken> {
    const { issuer, environmentId, clock, createId, lifetimeSeconds } = this.#defaults;
    const flaw = options.flaw === undefined ? undefined : flaws[options.flaw];
    const expiresInSeconds = flaw?.expiresInSeconds ?? options.expiresInSeconds ?? lifetimeSeconds;
    const now = clock.nowSeconds();
    const exp = now + expiresInSeconds;
    const claims = inJson({
      iss: options.issuer ?? issuer,
      sub: options.userId ?? createId(),
      pid: options.environmentId ?? environmentId,
      // If the token is already expired, set `iat` one token lifetime before `exp`, as in a real token.
      iat: expiresInSeconds > 0 ? now : exp - lifetimeSeconds,
      exp,
      email_verified: options.emailVerified ?? true,
      profile_complete: options.profileComplete ?? true,
      locale: options.locale,
      org_id: options.organization?.id,
      org_role: options.organization?.role,
      act: options.actor,
      impersonating: options.impersonating,
      ...options.claims,
      ...withIssuer(flaw?.claims, issuer),
      ...Object.fromEntries(
        [...(options.omitClaims ?? []), ...(flaw?.omitClaims ?? [])].map((name) => [name, undefined]),
      ),
    });
    if (flaw !== undefined) {
      const token = await this.#signFlawed(flaw, claims);
      return { token, expiresAt: new Date(exp * 1000), expiresInSeconds, claims };
    }
    const { kid, privateKey } = await this.#signer(options.signedBy);
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' }).sign(privateKey);
    this.#defaults.onIssued(kid, claims);
    return { token, expiresAt: new Date(exp * 1000), expiresInSeconds, claims };
  }

  async #signFlawed(flaw: FlawedToken, claims: Claims): Promise<string> {
    const { keys, onIssued } = this.#defaults;
    const { kid } = keys.current;
    onIssued(kid, claims);
    return signFlawed(flaw, claims, { ...keys.current, stranger: await keys.stranger() });
  }

  async #signer(signer: Signer | undefined): Promise<{ readonly kid: string; readonly privateKey: CryptoKey }> {
    const { keys } = this.#defaults;
    if (signer === undefined) return keys.current;
    if (signer === 'stranger') return { kid: keys.current.kid, privateKey: (await keys.stranger()).privateKey };
    return keys.find(signer);
  }
}

/** The claims of a flaw, with the issuer in place of `{issuer}`. */
function withIssuer(claims: Claims = {}, issuer: string): Claims {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace('{issuer}', issuer) : value,
    ]),
  );
}

/** More would exhaust the stack where the token is signed, and make pages that show the claims very long. */
const deepestNesting = 100;

/** The claims as the token contains them: without `undefined`, and with dates as strings. */
function inJson(claims: JWTPayload): JWTPayload {
  const json = jsonOf(claims);
  if (isNestedMoreThan(deepestNesting, json)) {
    throw new EmulatorError(
      'option_invalid',
      `The claims of a token must not be nested more than ${deepestNesting} levels deep.`,
    );
  }
  return json;
}

function jsonOf(claims: JWTPayload): JWTPayload {
  try {
    return JSON.parse(JSON.stringify(claims));
  } catch (cause) {
    throw new EmulatorError('option_invalid', 'The claims of a token must be JSON values.', { cause });
  }
}

function isNestedMoreThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isNestedMoreThan(levels - 1, child));
}
