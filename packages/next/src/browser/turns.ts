/** A tab that hangs while it holds the lock must not block a sign-out in another tab. */
const maxWaitMs = 5000;

export async function takeTurn<T>(subject: string, work: () => Promise<T>): Promise<T> {
  // Web Locks need a secure context.
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
