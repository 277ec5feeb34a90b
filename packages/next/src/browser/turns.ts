/** A tab that hangs while it holds the lock must not block a sign-out in another tab. */
const maxWaitMs = 5000;

/**
 * Runs `work` under a lock that all tabs share (Web Locks), so that one tab at a time changes the cookie. Without a lock,
 * `work` still runs: browsers offer locks only in secure contexts, and the wait for one is limited.
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
