import type { Node } from './node.ts';
import type { RevocationsPlan } from './plan.ts';

/** From the store's acceptance to the refusal on every connected node, if the store or the client tells the nodes. */
const promptMs = 1_000;
/** The longest pause of `pollFeed` after failures. */
const longestPauseMs = 30_000;
/** How often everything is read if `read` uses `since`. */
const fullReadMs = 60_000;
/** From the start of a process to its first snapshot, if all is well. */
export const startMs = 2_000;
/** How far a replica is behind its master. */
export const replicaLagMs = 500;
/** A replica hears from its master every ten seconds. If it has heard nothing for longer than this, its answers prove nothing. */
export const maxReplicaLagMs = 30_000;
/** A process whose timers did not fire for so long was paused. */
export const pauseMs = 5_000;

/** From the store's acceptance to the refusal on every connected node. `isTold`: the store tells the nodes. */
export function deliveryMs(plan: RevocationsPlan, isTold = true): number {
  const { feed } = plan;
  return feed.kind === 'poll' && !(feed.notifies && isTold) ? roundMs(plan) + 200 : promptMs;
}

/** The longest time from one read of a polled store to the next, if nothing fails. */
function roundMs({ feed, maxStaleSeconds }: RevocationsPlan): number {
  if (feed.kind !== 'poll') return 0;
  return Math.min(feed.everyMs, maxStaleSeconds * 250) * 1.2 * 1.001 + 100;
}

/**
 * After any disturbance, a node is up to date again within this time. With Redis, it notices that its connection is dead after a
 * silence and a time limit of 5 s, waits for at most 5 s, and connects within another time limit. A poll ends after its time
 * limit, and is followed by the longest pause.
 */
export function recoveryMs({ silenceMs, plan }: Node): number {
  const { feed } = plan;
  if (feed.kind === 'poll') return feed.timeoutMs * 1.001 + longestPauseMs * 1.001 + 1_000;
  // A dead connection is noticed after three pings, and then the client and the feed make their pauses.
  if (feed.kind === 'nats') return silenceMs + 60_000;
  return silenceMs + 17_000;
}

/** After this time, a node has also noticed what the store has lost, or has got back. */
export function noticeMs(node: Node): number {
  const { feed } = node.plan;
  const isPartial = feed.kind === 'poll' && feed.returns === 'since';
  return recoveryMs(node) + (isPartial ? fullReadMs * 1.001 + roundMs(node.plan) : 0);
}

/** Without faults, an entry that the store lost is written again within this time. */
export const writeBackMs = 35_000;

/** After this time, it has also written back what the store has lost, and what could not be announced. */
export function restoreMs(node: Node): number {
  return noticeMs(node) + writeBackMs;
}
