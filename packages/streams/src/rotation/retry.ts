import { pause, readConnectionFailure, steadyMs } from '@torii/core/internal';
import { ToriiStreamError } from '../errors.ts';
import type { StreamEventListener } from '../events.ts';

const retryForMs = 60_000;
const retryEveryMs = 1_000;

export async function retryWhileUnavailable<T>(
  work: () => Promise<T>,
  signal: AbortSignal | undefined,
  emit: StreamEventListener,
): Promise<T> {
  const deadline = steadyMs() + retryForMs;
  for (let retries = 0; ; retries++) {
    signal?.throwIfAborted();
    const begunAt = steadyMs();
    try {
      return await work();
    } catch (error) {
      const isUnavailable =
        error instanceof ToriiStreamError &&
        (error.reason === 'store_unavailable' || error.reason === 'gateway_unavailable');
      // Compare the start of the attempt: if the process was stopped during an attempt, that attempt must not be the last.
      // Also count the retries: the clock of a test may stand still.
      const isOver = begunAt > deadline || retries * retryEveryMs >= retryForMs;
      // An untrusted certificate, for example, does not become trusted by waiting.
      const isPermanent = isUnavailable && readConnectionFailure(error.cause).remedy !== undefined;
      if (!isUnavailable || isPermanent || isOver) throw error;
      const { message, cause } = error;
      const waitSeconds = retryEveryMs / 1000;
      emit({ type: 'rotation_step', step: 'retry', waitSeconds, summary: message, text: message, cause });
      await pause(retryEveryMs, signal);
    }
  }
}
