// Takes the place of core's platform.ts in tests that move the clocks: `vi.mock('../../core/src/platform.ts', () =>
// import('./virtual-platform.ts'))`.

interface VirtualTimer {
  readonly dueMs: number;
  readonly run: () => void;
}

const startMs = Date.UTC(2026, 0, 5, 9);
const timers: Set<VirtualTimer> = new Set();
let wall = startMs;
let steady = 1_000_000;

export const clock = {
  get wallSeconds(): number {
    return Math.floor(wall / 1000);
  },
  get nowMs(): number {
    return wall;
  },
  get timers(): number {
    return timers.size;
  },
  /** Lets time pass. Whatever is due by then has happened. */
  async pass(ms: number): Promise<void> {
    const endMs = steady + ms;
    await turns();
    for (;;) {
      let dueMs = Number.POSITIVE_INFINITY;
      for (const timer of timers) dueMs = Math.min(dueMs, timer.dueMs);
      if (dueMs > endMs) break;
      move(Math.max(0, dueMs - steady));
      for (const timer of [...timers]) {
        if (timer.dueMs > dueMs || !timers.delete(timer)) continue;
        timer.run();
      }
      await turns();
    }
    move(endMs - steady);
  },
  /** The process does not run for so long, as with SIGSTOP or a frozen Lambda. */
  freeze(ms: number): void {
    move(ms);
  },
  /** The machine sleeps for so long: the steady clock stops. */
  sleep(ms: number): void {
    wall += ms;
  },
  setWall(byMs: number): void {
    wall += byMs;
  },
  /** Timers no longer fire, as on an edge runtime between requests. */
  dropTimers(): void {
    timers.clear();
  },
};

function move(ms: number): void {
  wall += ms;
  steady += ms;
}

/** Lets promises settle, also those of the thread pool that are ready. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export const wallMs = (): number => wall;
export const steadyMs = (): number => steady;

export function startTimer(run: () => void, ms: number): VirtualTimer {
  const timer = { dueMs: steady + Math.max(1, ms), run };
  timers.add(timer);
  return timer;
}

export function stopTimer(timer: VirtualTimer): void {
  timers.delete(timer);
}

export const startBackupTimer = (): (() => void) => () => {};
export const nextTurn = (run: () => void): void => void setImmediate(run);
export const afterMicrotasks = (run: () => void): void => nextTurn(run);
export const random = (): number => Math.random();
export const randomId = (): string => crypto.randomUUID();
export const platformFetch: typeof fetch = (input, init) => fetch(input, init);
