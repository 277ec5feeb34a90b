import { MultiBar } from 'cli-progress';
import type { Output, Sink } from './output.ts';

/** How far something long has come. */
export interface Progress {
  /** So many more are done. */
  advance(count: number): void;
  /** Says a line without disturbing the bar. */
  say(line: string): void;
  /** Takes the bar away. In a `finally`, or the cursor stays hidden. */
  end(): void;
}

/** Shows a bar on standard error, where that is a terminal; elsewhere nothing but what is said. */
export function startProgress(
  { stderr, output }: { readonly stderr: Sink; readonly output: Output },
  { title, total }: { readonly title: string; readonly total?: number },
): Progress {
  if (stderr.isTTY !== true) return { advance: () => {}, say: output.say, end: () => {} };
  const columns = stderr.columns ?? 80;
  const bars = new MultiBar({
    stream: stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: Math.max(5, Math.min(40, columns - title.length - 24)),
    // Without a total there is nothing to fill a bar with.
    format: total === undefined ? `${title} {value}` : `${title} {bar} {value}/{total}`,
    // Ctrl-C is ours: it must end with 130.
    gracefulExit: false,
    forceRedraw: true,
  });
  const bar = bars.create(total ?? 0, 0);
  return {
    advance: (count) => bar.increment(count),
    say(line) {
      bars.log(`${line}\n`);
      bars.update();
    },
    end: () => bars.stop(),
  };
}
