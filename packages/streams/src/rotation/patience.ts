import { setTimeout as sleep } from 'node:timers/promises';
import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';

/** How long a store or a gateway may be away, and how often it is tried again. */
const patienceMs = 60_000;
const retryMs = 1_000;

/** Tries again while the store or the gateway is away. */
export async function withPatience<T>(
  work: () => Promise<T>,
  signal: AbortSignal | undefined,
  emit: StreamEventListener,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const isAway =
        error instanceof ToriiStreamError &&
        (error.reason === 'store_unavailable' || error.reason === 'gateway_unavailable');
      if (!isAway || performance.now() > deadline) throw error;
      emit({ type: 'rotation_step', step: 'retry', text: error.message });
      await sleep(retryMs, undefined, { signal });
    }
  }
}
