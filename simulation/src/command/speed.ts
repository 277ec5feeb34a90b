import { numberText } from './screen.ts';

/** What was simulated of one scenario. */
export interface Total {
  episodes: number;
  processHours: number;
  /** How long its episodes have kept their threads busy, in real time. */
  tookMs: number;
  lines: number;
}

/** Process-hours per minute, if all threads run this scenario. Calm scenarios are fast: do not add up different ones. */
export function speedOf({ processHours, tookMs }: Total, threads: number): number {
  return tookMs === 0 ? 0 : (processHours * threads) / (tookMs / 60_000);
}

/** For docs/simulation.md. */
export function speedTable(totals: ReadonlyMap<string, Total>, threads: number): string {
  const rows = [...totals].map(([name, total]) => {
    const perMinute = numberText((total.episodes * threads) / (total.tookMs / 60_000));
    return `| ${name} | ${numberText(speedOf(total, threads))} | ${perMinute} |`;
  });
  const [{ episodes = 0 } = {}] = totals.values();
  return [
    `Of ${numberText(episodes)} episodes each, with ${threads} ${threads === 1 ? 'thread' : 'threads'}, on Node ${process.versions.node}:`,
    '',
    '| scenario | process-hours a minute | episodes a minute |',
    '| --- | ---: | ---: |',
    ...rows,
  ].join('\n');
}
