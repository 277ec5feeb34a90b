/** The number of rounds: `BENCH_ROUNDS`, by default `usual`. */
export function roundsOr(usual: number): number {
  return Number(process.env['BENCH_ROUNDS'] ?? usual);
}

const scale = Number(process.env['BENCH_SCALE'] ?? 1);

/** Multiplies a size by `BENCH_SCALE`, to check quickly that a benchmark works. */
export function scaled(size: number): number {
  return Math.max(1, Math.round(size * scale));
}

/** Whether there are too few rounds or too small sizes for reliable results. If so, results are shown but not kept. */
export const isTrial: boolean = scale < 1 || roundsOr(7) < 7;
