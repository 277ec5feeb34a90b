/** The longest wait for the lock. A tab that hangs while it holds the lock must not block a sign-out in another tab. */
const maxWaitMs = 5000;

/**
 * Runs `work` under a lock that all tabs share (Web Locks), so that only one tab at a time changes the cookie. `work`
 * runs without the lock if the browser does not offer locks, which need a secure context, or if the lock is not free
 * within `maxWaitMs`.
 */
export async function takeTurn<T>(subject: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (locks === undefined) return work();
  let begun = false;
  try {
    return await locks.request(`torii ${subject}`, { signal: AbortSignal.timeout(maxWaitMs) }, () => {
      begun = true;
      return work();
    });
  } catch (error) {
    if (begun) throw error;
    return work();
  }
}
