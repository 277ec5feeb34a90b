/** The signals that end a run, with the exit codes of shells: 128 plus the number of the signal. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Signals that arrive within this time are one. The terminal sends Ctrl-C to every process of its group, and npm and npx
 * forward it to their child too, so a program that they run receives it twice.
 */
const oneSignalMs = 1_000;

export interface Interruption {
  /** Cleans up and ends. Called for the first signal. */
  begin(exitCode: number): void;
  /** Ends at once. Called for a signal that is sent on purpose while the run is cleaning up. */
  end(exitCode: number): void;
}

/** Returns a function to call for each signal. It decides which signals are one. */
export function createInterrupter(
  { begin, end }: Interruption,
  now: () => number = () => performance.now(),
): (exitCode: number) => void {
  let begunAt: number | undefined;
  return (exitCode) => {
    if (begunAt === undefined) {
      begunAt = now();
      begin(exitCode);
    } else if (now() - begunAt >= oneSignalMs) end(exitCode);
  };
}

export function listenToSignals(interruption: Interruption): void {
  const interrupt = createInterrupter(interruption);
  for (const [signal, exitCode] of Object.entries(exitCodes)) process.on(signal, () => interrupt(exitCode));
}
