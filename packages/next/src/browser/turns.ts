/** Longer than it takes, unless something hangs: then signing out must not hang with it. */
const patienceMs = 5000;

/**
 * Lets one tab at a time change the cookie, where the browser has locks: in secure contexts. Elsewhere, and where a turn
 * does not come, it is done at once.
 */
export async function takeTurn<T>(subject: string, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (locks === undefined) return work();
  let begun = false;
  try {
    return await locks.request(`torii ${subject}`, { signal: AbortSignal.timeout(patienceMs) }, () => {
      begun = true;
      return work();
    });
  } catch (error) {
    if (begun) throw error;
    return work();
  }
}
