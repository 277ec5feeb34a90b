import { createRequire } from 'node:module';
import { columnsOf, type Output, type Sink } from './output.ts';

export interface Progress {
  advance(count: number): void;
  say(line: string): void;
  /** Removes the bar. Call it in a `finally`, or the cursor stays hidden. */
  end(): void;
}

/** Undo what cli-progress does to the terminal: it hides the cursor and turns off the wrapping of long lines. */
const shownCursor = '\u001b[?25h';
const wrappedLines = '\u001b[?7h';

export function startProgress(
  { stderr, output }: { readonly stderr: Sink; readonly output: Output },
  { title, total }: { readonly title: string; readonly total?: number },
): Progress {
  if (!output.canRedraw) return { advance: () => {}, say: output.say, end: () => {} };
  // Loaded for a terminal only. It is a CommonJS package, so this needs no promise.
  const { MultiBar }: typeof import('cli-progress') = createRequire(import.meta.url)('cli-progress');
  const columns = columnsOf(stderr);
  const bars = new MultiBar({
    stream: stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: Math.max(5, Math.min(40, columns - title.length - 24)),
    format: total === undefined ? `${title} {value}` : `${title} {bar} {value}/{total}`,
    // Off, because run.ts handles Ctrl-C, which must end with exit code 130.
    gracefulExit: false,
    forceRedraw: true,
  });
  const bar = bars.create(total ?? 0, 0);
  // The process can exit without the `finally` that calls end(), for example at a second Ctrl-C.
  const restore = (): void => void stderr.write(shownCursor + wrappedLines);
  process.once('exit', restore);
  return {
    advance: (count) => bar.increment(count),
    say(line) {
      bars.log(`${line}\n`);
      bars.update();
    },
    end() {
      bars.stop();
      process.off('exit', restore);
    },
  };
}
