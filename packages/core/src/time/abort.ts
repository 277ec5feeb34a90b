interface Listener {
  readonly callbacks: Set<() => void>;
  end(): void;
}

const listeners = new WeakMap<AbortSignal, Listener>();

/**
 * Calls `callback` if the signal is aborted, at once if it already is. Returns a function that removes the callback. However
 * many callbacks there are, the signal has one listener: with an eleventh, Node 20 warns of a memory leak.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) callback();
  if (signal.aborted) return () => {};
  const listener = listeners.get(signal) ?? listen(signal);
  // A new function, so that two registrations of one callback are removed independently.
  const call = (): void => callback();
  listener.callbacks.add(call);
  return () => {
    listener.callbacks.delete(call);
    if (listener.callbacks.size === 0) listener.end();
  };
}

function listen(signal: AbortSignal): Listener {
  const callbacks = new Set<() => void>();
  const run = (): void => {
    listener.end();
    for (const callback of callbacks) callback();
  };
  const listener: Listener = {
    callbacks,
    end() {
      signal.removeEventListener('abort', run);
      if (listeners.get(signal) === listener) listeners.delete(signal);
    },
  };
  signal.addEventListener('abort', run);
  listeners.set(signal, listener);
  return listener;
}
