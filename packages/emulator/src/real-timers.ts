// The emulator often runs in the process of a test, whose fake timers must not stop it. Test libraries replace `setTimeout` and
// its relatives, also those of Node's modules, but not the wait for a memory cell.

// `Atomics.waitAsync` is part of ECMAScript 2024.
type WaitAsync = (cell: Int32Array, index: number, value: number, ms: number) => { readonly value: unknown };
const { waitAsync } = Atomics as Atomics & { waitAsync: WaitAsync };

/** Calls `work` after `ms` milliseconds, unless the returned function is called before. Does not keep the process alive. */
export function callAfter(ms: number, work: () => void): () => void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let isCanceled = false;
  void Promise.resolve(waitAsync(cell, 0, 0, Math.max(1, ms)).value).then(() => {
    if (!isCanceled) work();
  });
  return () => {
    isCanceled = true;
    Atomics.notify(cell, 0);
  };
}

/**
 * Does not keep the process alive.
 *
 * @throws the reason of `signal`, once it is aborted
 */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = callAfter(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
