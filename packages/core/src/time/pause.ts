/**
 * Waits for `ms` milliseconds by `setTimeout`, or until `signal` is aborted. A test library may have replaced `setTimeout` by a
 * fake that never fires, so another wait, which no test library replaces, ends the pause after twice the time.
 */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    // An open port keeps a Node process alive. The wait for a memory cell does not.
    const port = openPort();
    if (port !== undefined) port.onmessage = () => {};
    const timer = setTimeout(end, ms);
    const endWait = waitForCell(ms * 2, end);
    signal?.addEventListener('abort', end);

    function end(): void {
      clearTimeout(timer);
      endWait();
      port?.close();
      signal?.removeEventListener('abort', end);
      resolve();
    }
  });
}

// Next warns about the name `MessageChannel` in code for the edge runtime, so look it up.
function openPort(): Port | undefined {
  const Channel: (new () => { readonly port1: Port }) | undefined = Reflect.get(globalThis, 'MessageChannel');
  return Channel === undefined ? undefined : new Channel().port1;
}

// Calls `end` after `ms`. Without shared memory (some edge runtimes) or `waitAsync` (ECMAScript 2024), `end` is never called. The
// returned function stops the wait, which would otherwise keep its memory until `ms` have passed.
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
