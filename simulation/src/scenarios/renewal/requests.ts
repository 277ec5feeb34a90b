import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { Instant } from './attempts.ts';
import type { Session } from './issuer.ts';
import type { Visit } from './plan.ts';
import type { Token } from './tokens.ts';
import { shapeOf } from './visit-kinds.ts';

/**
 * Whether the token of a request is renewed: `now` if it is missing, has ended or ends soon, `revoked` after a second.
 * `unclear`: at an edge, or if the keys are missing that tell a good token from a bad one.
 */
export type Due = 'now' | 'revoked' | 'no' | 'unclear';

/** One request of a browser in a process, and what was true when it came. */
export interface Request {
  readonly name: string;
  readonly process: VirtualProcess;
  readonly visit: Visit;
  readonly session: Session | undefined;
  /** The session cookie. */
  readonly value: string | undefined;
  readonly own: Token | string | null;
  readonly due: Due;
  readonly begunAtMs: number;
  readonly begun: Instant;
  readonly cuts: number;
  readonly clockChanges: number;
  readonly slowMs: number;
  readonly keysTroubled: boolean;
  /** Whether the process could ask the issuer at once: no pause, and a free place. */
  readonly mayBegin: boolean;
  /** Whether no pause, crash or change of a clock has just happened that leaves more than one result open. */
  readonly isQuiet: boolean;
}

export function isRenewed({ kind }: Visit): boolean {
  return shapeOf(kind).isRenewed;
}

const leadS = 30;

/** docs/decisions/renewal-in-proxy.md: the last 30 seconds, or the last third of a shorter lifetime. */
export function dueOf(own: Token | string | null, wallMs: number, isRevoked: boolean, keysTroubled: boolean): Due {
  if (own === null) return 'now';
  if (typeof own === 'string') return 'no';
  const leftS = own.exp - wallMs / 1000;
  const dueS = Math.min(leadS, (own.exp - own.iat) / 3);
  if (Math.abs(leftS) < 0.1 || Math.abs(leftS - dueS) < 0.1) return 'unclear';
  if (leftS <= 0) return 'now';
  if (own.key === undefined) return 'no';
  const earlyS = own.iat - wallMs / 1000 - leadS;
  if (Math.abs(earlyS) < 1 || keysTroubled) return 'unclear';
  // Not valid yet, by the clock of the process.
  if (earlyS > 0) return 'no';
  if (isRevoked) return 'revoked';
  return leftS <= dueS ? 'now' : 'no';
}
