import type { Node } from './node.ts';

/** From the store's acceptance to the refusal on every connected node. */
export const deliveryMs = 1_000;
/** From the start of a process to its first snapshot, if all is well. */
export const startMs = 2_000;
/** How far a replica is behind its master. */
export const replicaLagMs = 500;
/** A replica hears from its master every ten seconds. If it has heard nothing for longer than this, its answers prove nothing. */
export const maxReplicaLagMs = 30_000;
/** A process whose timers did not fire for so long was paused. */
export const pauseMs = 5_000;

/**
 * After any disturbance, a node is up to date again within this time: it notices that its connection is dead after a silence and a
 * time limit of 5 s, waits for at most 5 s, and connects within another time limit.
 */
export function recoveryMs({ silenceMs }: Node): number {
  return silenceMs + 17_000;
}

/** Without faults, an entry that the store lost is written again within this time. */
export const writeBackMs = 35_000;

/** After this time, it has also written back what the store has lost, and what could not be announced. */
export function restoreMs(node: Node): number {
  return recoveryMs(node) + writeBackMs;
}
