/**
 * Waits for `ms` milliseconds by `setTimeout`, or until `signal` is aborted. A test library may have replaced `setTimeout` by a
 * fake that never fires, so another wait, which no test library replaces, ends the pause after twice the time.
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  // An open port keeps a Node process alive. The wait for a memory cell does not.
  const port: Port | undefined = typeof MessageChannel === 'function' ? new MessageChannel().port1 : undefined;
  let [end, timer, endWait]: [() => void, ReturnType<typeof setTimeout> | undefined, () => void] = [
    () => {},
    undefined,
    () => {},
  ];
  try {
    await new Promise<void>((resolve) => {
      end = resolve;
      timer = setTimeout(end, ms);
      if (port !== undefined) port.onmessage = () => {};
      endWait = waitForCell(ms * 2, end);
      signal?.addEventListener('abort', end);
    });
  } finally {
    clearTimeout(timer);
    endWait();
    port?.close();
    signal?.removeEventListener('abort', end);
  }
}

// Calls `end` after `ms`. Never where there is no shared memory, as in some edge runtimes, or no `waitAsync` (ECMAScript 2024).
// The returned function ends the wait, which would otherwise keep its memory until it is over, however long ago `pause` ended.
function waitForCell(ms: number, end: () => void): () => void {
  const { waitAsync }: { waitAsync?: WaitAsync } & Atomics = Atomics;
  if (waitAsync === undefined || typeof SharedArrayBuffer !== 'function') return () => {};
  const cell = new Int32Array(new SharedArrayBuffer(4));
  Promise.resolve(waitAsync(cell, 0, 0, ms).value).then(end, () => {});
  return () => void Atomics.notify(cell, 0);
}

interface Port {
  onmessage?: unknown;
  close(): void;
}

type WaitAsync = (cell: Int32Array, index: number, value: number, ms: number) => { readonly value: unknown };
