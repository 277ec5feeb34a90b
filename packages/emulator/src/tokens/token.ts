import { type CryptoKey, type JWTPayload, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';
import type { SigningKeys } from './signing-keys.ts';

/**
 * The key that signs a token. Either the `kid` of a key of this environment, including withdrawn keys, or `'stranger'`:
 * an unpublished key that is used with the current `kid`, which gives a token with a forged signature.
 */
export type Signer = 'stranger' | (string & {});

/** The content of a token. All options are optional: `{}` gives a valid token for a new user id. */
export interface TokenOptions {
  /**
   * The claim `sub`.
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
   * The seconds from the emulator's current time to `exp`. A negative number gives an expired token.
   *
   * @default the option `tokenLifetimeSeconds` of `startEmulator()`
   */
  readonly expiresInSeconds?: number;
  /**
   * The claim `email_verified`.
   *
   * @default true
   */
  readonly emailVerified?: boolean;
  /**
   * The claim `profile_complete`.
   *
   * @default true
   */
  readonly profileComplete?: boolean;
  /** The claim `locale`. Left out by default. */
  readonly locale?: string;
  /** The claims `org_id` and `org_role`. A role has the form `org:administrator`. Left out by default. */
  readonly organization?: { readonly id: string; readonly role: string };
  /** The claim `act` (RFC 8693 section 4.1): the user who impersonates the token's user. Left out by default. */
  readonly actor?: { readonly sub: string; readonly [claim: string]: unknown };
  /** The claim `impersonating`: whether the token's user is impersonated. Left out by default. */
  readonly impersonating?: boolean;
  /** Additional claims. They override the claims of all other options, and `undefined` removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /**
   * The key that signs the token.
   *
   * @default the newest key
   */
  readonly signedBy?: Signer;
}

export interface TokenDefaults {
  readonly issuer: string;
  readonly environmentId: string;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly lifetimeSeconds: number;
  /** Called with the claims of each token. The token itself is not passed, so that it cannot be logged. */
  readonly onIssued: (kid: string, claims: Readonly<Record<string, unknown>>) => void;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
  readonly expiresInSeconds: number;
}

export class TokenMint {
  readonly #defaults: TokenDefaults;

  constructor(defaults: TokenDefaults) {
    this.#defaults = defaults;
  }

  async issue(options: TokenOptions = {}): Promise<IssuedToken> {
    const { issuer, environmentId, clock, createId, lifetimeSeconds } = this.#defaults;
    const { expiresInSeconds = lifetimeSeconds } = options;
    const now = clock.nowSeconds();
    const exp = now + expiresInSeconds;
    const claims: JWTPayload = {
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
    };
    const { kid, privateKey } = await this.#signer(options.signedBy);
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' }).sign(privateKey);
    this.#defaults.onIssued(kid, claims);
    return { token, expiresAt: new Date(exp * 1000), expiresInSeconds };
  }

  async #signer(signer: Signer | undefined): Promise<{ readonly kid: string; readonly privateKey: CryptoKey }> {
    const { keys } = this.#defaults;
    if (signer === undefined) return keys.current;
    if (signer === 'stranger') return { kid: keys.current.kid, privateKey: await keys.stranger() };
    return keys.find(signer);
  }
}
