/** Variables for a process whose wall clock is ahead. */
export function clockAhead(seconds: number): Readonly<Record<string, string>> {
  return preload(`const { now } = Date; Date.now = () => now() + ${seconds * 1000};`);
}

/** Variables for a process whose steady clock is fast. Timers are not. */
export function fastClock(factor: number): Readonly<Record<string, string>> {
  return preload(`const now = performance.now.bind(performance); performance.now = () => now() * ${factor};`);
}

function preload(script: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}
