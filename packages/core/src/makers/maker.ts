import type { TokenPipeline } from '../authenticate.ts';
import { SharedMap } from '../registry.ts';
import type { TokenPlaces } from '../request/bearer.ts';
import { version } from '../version.ts';

/** What `anyVerifier` needs to know of a verifier: whose tokens it verifies, and how. */
export interface Maker {
  /** Without a trailing slash. Empty if tokens of any issuer are accepted. */
  readonly issuers: readonly string[];
  readonly places: TokenPlaces;
  readonly pipeline: TokenPipeline;
  /** Whether the token was accepted before. `undefined` if no tokens are kept. */
  readonly isKnown: ((token: string) => boolean) | undefined;
  /** Which options were set that are about requests before their token is read. */
  readonly wholeOptions: Readonly<Record<'publicPaths' | 'allowPreflight' | 'observe', boolean>>;
}

// Not shared with other versions of this package, which may store something else.
const makers: SharedMap<object, Maker> = new SharedMap(`makers ${version}`);

export function rememberMaker(verifier: object, maker: Maker): void {
  makers.set(verifier, maker);
}

/** `undefined` for anything but a verifier of `createVerifier` or `createJwtVerifier`. */
export function makerOf(verifier: unknown): Maker | undefined {
  return makers.has(verifier) ? (makers.get(verifier) as Maker) : undefined;
}
