import type { VerifyOptions } from '@torii/core';
import type { NextRequest } from 'next/server.js';
import type { TokenCookie } from '../token-cookie.ts';

/** What the option `renewInProxy` takes. Get it from `@torii/next/renewal`. */
export interface ProxyRenewal {
  /** Called only by `createToriiProxy`. */
  readonly startRenewal: object;
}

export type StartRenewal = (settings: RenewalSettings) => (request: NextRequest) => Promise<Completion | undefined>;

export interface RenewalSettings {
  readonly verify: VerifyOptions;
  readonly cookie: TokenCookie;
  readonly origins: readonly string[];
  readonly signInPath: string;
  readonly tokenPath: string;
}

/** Completes the proxy's response: gives the page the changed cookies, and the browser the new ones. */
export type Completion = (response: Response) => Response;
