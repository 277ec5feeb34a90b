/**
 * A timer that no test library replaces by a fake, and that keeps a Node process alive. Never fires without shared memory
 * (some edge runtimes) or `Atomics.waitAsync` (ECMAScript 2024). Returns the function that stops it.
 */
export function startBackupTimer(callback: () => void, ms: number): () => void {
  const { waitAsync }: { waitAsync?: WaitAsync } & Atomics = Atomics;
  if (waitAsync === undefined || typeof SharedArrayBuffer !== 'function') return () => {};
  const cell = new Int32Array(new SharedArrayBuffer(4));
  // The wait for a memory cell does not keep a Node process alive. An open port does. Next warns about the name
  // `MessageChannel` in code for the edge runtime, so look it up.
  const Channel: (new () => { readonly port1: Port }) | undefined = Reflect.get(globalThis, 'MessageChannel');
  const port = Channel && new Channel().port1;
  if (port) port.onmessage = () => {};
  // A wait that is stopped ends with 'ok'. Without the stop, it would keep its memory until `ms` have passed.
  Promise.resolve(waitAsync(cell, 0, 0, ms).value).then(
    (result) => result === 'timed-out' && callback(),
    () => {},
  );
  return () => {
    Atomics.notify(cell, 0);
    port?.close();
  };
}

interface Port {
  onmessage?: unknown;
  close(): void;
}

type WaitAsync = (cell: Int32Array, index: number, value: number, ms: number) => { readonly value: unknown };
