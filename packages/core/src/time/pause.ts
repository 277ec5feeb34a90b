import { startBackupTimer, startTimer, stopTimer } from '../platform.ts';

/**
 * Waits for `ms` milliseconds, or until `signal` is aborted. A test library may have replaced `setTimeout` by a fake that never
 * fires, so a second timer, which no test library replaces, ends the pause after twice the time.
 */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = startTimer(end, ms);
    const stopBackup = startBackupTimer(end, ms * 2);
    signal?.addEventListener('abort', end);

    function end(): void {
      stopTimer(timer);
      stopBackup();
      signal?.removeEventListener('abort', end);
      resolve();
    }
  });
}
