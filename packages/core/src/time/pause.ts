/**
 * Waits for `ms` milliseconds by `setTimeout`, or until `signal` is aborted. A test library may have replaced `setTimeout` by a
 * fake that never fires, so another wait, which no test library replaces, ends the pause after twice the time.
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  // An open port keeps a Node process alive. The wait for a memory cell does not.
  const port: Port | undefined = typeof MessageChannel === 'function' ? new MessageChannel().port1 : undefined;
  let [end, timer]: [() => void, ReturnType<typeof setTimeout> | undefined] = [() => {}, undefined];
  try {
    await new Promise<void>((resolve) => {
      end = resolve;
      timer = setTimeout(end, ms);
      if (port !== undefined) port.onmessage = () => {};
      void waitForCell(ms * 2).then(end);
      signal?.addEventListener('abort', end);
    });
  } finally {
    clearTimeout(timer);
    port?.close();
    signal?.removeEventListener('abort', end);
  }
}

// Never ends where there is no shared memory, as in some edge runtimes, or no `waitAsync` (ECMAScript 2024).
async function waitForCell(ms: number): Promise<void> {
  const { waitAsync }: { waitAsync?: WaitAsync } & Atomics = Atomics;
  const isSupported = waitAsync !== undefined && typeof SharedArrayBuffer === 'function';
  await (isSupported ? waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms).value : new Promise(() => {}));
}

interface Port {
  onmessage?: unknown;
  close(): void;
}

type WaitAsync = (cell: Int32Array, index: number, value: number, ms: number) => { readonly value: unknown };
