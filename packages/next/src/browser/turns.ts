/** How long to wait for the lock before working without it: a tab that hangs must not block another tab's sign-out. */
const maxWaitMs = 5000;

export async function takeTurn<T>(subject: string, work: () => Promise<T>): Promise<T> {
  // Browsers offer Web Locks only with https or on localhost. Elsewhere, work without a lock.
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
