import { type CryptoKey, type JWTPayload, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';
import type { SigningKeys } from './signing-keys.ts';

/**
 * Who signs a token: a key of this emulator by its `kid`, withdrawn ones included, or `'stranger'`, a key that nobody
 * has published, under the current `kid`.
 */
export type Signer = 'stranger' | (string & {});

/** What a token says. Everything has a default, so `{}` gives a good token of a new user. */
export interface TokenOptions {
  /** The user: `sub`. A new id by default. */
  readonly userId?: string;
  /** `iss`. The emulator's issuer by default. */
  readonly issuer?: string;
  /** `pid`. The emulator's environment by default. */
  readonly environmentId?: string;
  /**
   * Seconds from the emulator's now to `exp`; negative for a token that has ended.
   *
   * @default the emulator's tokenLifetimeSeconds
   */
  readonly expiresInSeconds?: number;
  /** @default true */
  readonly emailVerified?: boolean;
  /** @default true */
  readonly profileComplete?: boolean;
  readonly locale?: string;
  /** `org_id` and `org_role`; a role looks like `org:administrator`. */
  readonly organization?: { readonly id: string; readonly role: string };
  /** `act`: who acts as this user (RFC 8693). */
  readonly actor?: { readonly sub: string; readonly [claim: string]: unknown };
  readonly impersonating?: boolean;
  /** Custom claims, and the last word on every claim above. `undefined` leaves a claim out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** @default the newest key */
  readonly signedBy?: Signer;
}

/** What a token takes from the emulator where its options say nothing. */
export interface TokenDefaults {
  readonly issuer: string;
  readonly environmentId: string;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly lifetimeSeconds: number;
  /** Called with what each token says, and never with the token. */
  readonly onIssued: (kid: string, claims: Readonly<Record<string, unknown>>) => void;
}

/** An access token and the moment at which it ends. */
export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
  readonly expiresInSeconds: number;
}

/** Signs the access tokens of one environment. */
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
      // A token that has ended was issued one lifetime before its end, as a real one would have been.
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
