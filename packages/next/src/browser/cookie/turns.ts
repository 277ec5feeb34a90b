/**
 * How long to wait for the lock that lets only one tab at a time change the token cookie. After this time, continue
 * without the lock: a tab that hangs must not block another tab's sign-out.
 */
const maxWaitMs = 5000;

export async function takeTurn<T>(subject: string, work: () => Promise<T>): Promise<T> {
  // Browsers offer Web Locks only with https or on localhost. On other pages, run `work` without a lock.
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
