/**
 * Resolves at the first Ctrl-C, SIGTERM or SIGHUP (the terminal was closed). Call it before anything else: the first process of a container (PID 1) ignores
 * signals that have no listener. Further signals are ignored for a second, because one Ctrl-C under `npx` arrives twice.
 * After that, a signal ends the process at once.
 */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = (): void => {
      first ??= performance.now();
      if (performance.now() - first > 1_000) process.exit(1);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}
