/** How many rounds a measurement takes: `BENCH_ROUNDS`, or what suits it. */
export function roundsOr(usual: number): number {
  return Number(process.env['BENCH_ROUNDS'] ?? usual);
}

const scale = Number(process.env['BENCH_SCALE'] ?? 1);

/** A size, made smaller by `BENCH_SCALE` to see in seconds that everything runs. */
export function scaled(size: number): number {
  return Math.max(1, Math.round(size * scale));
}

/** Fewer rounds or sizes than a figure needs: what comes out is shown, and neither kept nor written down. */
export const isTrial: boolean = scale < 1 || roundsOr(7) < 7;
