import { setTimeout as sleep } from 'node:timers/promises';
import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';

const patienceMs = 60_000;
const retryMs = 1_000;

/** Retries once a second, for a minute, while the store or the gateway is unavailable. */
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
      const isUnavailable =
        error instanceof ToriiStreamError &&
        (error.reason === 'store_unavailable' || error.reason === 'gateway_unavailable');
      if (!isUnavailable || performance.now() > deadline) throw error;
      const { message } = error;
      emit({ type: 'rotation_step', step: 'retry', waitSeconds: retryMs / 1000, summary: message, text: message });
      await sleep(retryMs, undefined, { signal });
    }
  }
}
