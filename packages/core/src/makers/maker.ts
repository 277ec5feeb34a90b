import type { Pipeline, TokenPipeline } from '../authenticate.ts';
import { SharedMap } from '../registry.ts';
import type { TokenPlaces } from '../request/bearer.ts';
import { version } from '../version.ts';

/** What `anyVerifier` needs to know about a verifier: the issuers whose tokens it verifies, and how it does so. */
export interface Maker {
  /** Without a trailing slash. Empty if any issuer is accepted, or if `approve` decides. */
  readonly issuers: readonly string[];
  /** Whether the verifier has `issuer: { approve }`. */
  readonly approves: boolean;
  readonly places: TokenPlaces;
  readonly pipeline: TokenPipeline;
  /** Whether the token was accepted before. `undefined` if no tokens are kept. */
  readonly isKnown: ((token: string) => boolean) | undefined;
  /** Whether the options are set that apply before a token is read. They belong to the list, not to a verifier in it. */
  readonly wholeOptions: Readonly<Record<'publicPaths' | 'allowPreflight' | 'observe', boolean>>;
}

export const noWholeOptions: Maker['wholeOptions'] = { publicPaths: false, allowPreflight: false, observe: false };

// Not shared with other versions of this package, which may store something else.
const makers: SharedMap<object, Maker> = new SharedMap(`makers ${version}`);

export function rememberMaker(verifier: object, maker: Maker): void {
  makers.set(verifier, maker);
}

/** `undefined` for anything but a verifier of `createVerifier` or `createJwtVerifier`. */
export function makerOf(verifier: unknown): Maker | undefined {
  return makers.has(verifier) ? (makers.get(verifier) as Maker) : undefined;
}

/** The verifiers of an `anyVerifier`, and the pipeline that chooses among them. */
export interface MakerList {
  readonly makers: readonly Maker[];
  readonly pipeline: Pipeline;
}

const lists: SharedMap<object, MakerList> = new SharedMap(`maker lists ${version}`);

export function rememberList(verifier: object, list: MakerList): void {
  lists.set(verifier, list);
}

/** `undefined` for anything but a verifier of `anyVerifier`. */
export function listOf(verifier: unknown): MakerList | undefined {
  return lists.has(verifier) ? (lists.get(verifier) as MakerList) : undefined;
}
