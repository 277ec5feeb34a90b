import { progress } from '@clack/prompts';
import { getBorderCharacters, table } from 'table';

export interface Bar {
  /** @param share the finished part of the whole, from 0 to 1 */
  tell(share: number, what: string): void;
  stop(what: string): void;
}

const steps = 1000;
const minBetweenMs = 100;

/** A progress bar on a terminal. Otherwise nothing: results go to the standard output. */
export function showBar(title: string): Bar {
  if (!process.stderr.isTTY) return { tell() {}, stop() {} };
  const bar = progress({ max: steps, output: process.stderr });
  bar.start(title);
  let shown = 0;
  let shownAt = 0;
  return {
    tell(share, what) {
      const now = performance.now();
      if (now - shownAt < minBetweenMs) return;
      const next = Math.max(shown, Math.min(steps, Math.floor(share * steps)));
      bar.advance(next - shown, what);
      [shown, shownAt] = [next, now];
    },
    stop: (what) => bar.stop(what),
  };
}

export function printTable(rows: readonly (readonly (string | number)[])[], numbersFrom = 1): void {
  const columns = (rows[0] ?? []).map(
    (_cell, column) => ({ alignment: column < numbersFrom ? 'left' : 'right' }) as const,
  );
  const border = getBorderCharacters('void');
  console.log(table(rows, { border, drawHorizontalLine: () => false, columns }).trimEnd());
}

/** For example `12,345` or `0.41`. */
export function numberText(value: number): string {
  return value.toLocaleString(
    'en-US',
    Math.abs(value) < 10 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 },
  );
}
