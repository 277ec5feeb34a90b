import { randomInt } from 'node:crypto';
import { episodeSeed } from '../runner/episode.ts';
import type { Build, Shrunk } from '../runner/task.ts';
import type { Scenario } from '../scenario.ts';
import type { Violation } from '../world/world.ts';
import { buildFor, type Context, repetitionFlags } from './context.ts';
import { printFailure } from './failure.ts';
import { type Bar, numberText, printTable, showBar } from './screen.ts';

interface Total {
  readonly scenario: Scenario<unknown>;
  readonly build: Build;
  episodes: number;
  processHours: number;
  failures: number;
}

/** Tries new random seeds for some minutes. Prints each failure once, shrunk. Returns the exit code. */
export async function explore(context: Context): Promise<number> {
  const { pool, options, scenarios } = context;
  const totals: Total[] = [];
  for (const scenario of scenarios) {
    totals.push({ scenario, build: await buildFor(context, scenario), episodes: 0, processHours: 0, failures: 0 });
  }
  const seed = randomInt(2 ** 32);
  const wholeMs = options.exploreMinutes * 60_000;
  let begun = performance.now();
  const passedMs = (): number => performance.now() - begun;
  const known = new Set<string>();
  let bar: Bar = showBar('Exploring');
  let next = 0;

  const tryNext = async (): Promise<void> => {
    const index = next++;
    const total = totals[index % totals.length] as Total;
    const { name } = total.scenario;
    const task = { scenario: name, seed: episodeSeed(seed, name, index), build: total.build };
    const { violation, processHours } = await pool.check(task);
    // The threads have started.
    if (index === 0) begun = performance.now();
    total.episodes += 1;
    total.processHours += processHours;
    bar.tell(passedMs() / wholeMs, summaryOf(totals));
    if (violation === undefined) return;
    total.failures += 1;
    const kind = kindOf(name, violation);
    if (known.has(kind)) return;
    known.add(kind);
    const shrunk = await pool.shrink(task, (tried) =>
      bar.tell(passedMs() / wholeMs, `shrinking, ${tried} plans tried`),
    );
    bar.stop('Found a failure');
    print(context, task, shrunk);
    bar = showBar('Exploring');
  };
  const lanes = Array.from({ length: pool.size }, async () => {
    while (passedMs() < wholeMs) await tryNext();
  });
  await Promise.all(lanes);

  bar.stop(summaryOf(totals));
  printTable([
    ['scenario', 'episodes', 'process-hours', 'failures'],
    ...totals.map((total) => [
      total.scenario.name,
      numberText(total.episodes),
      numberText(total.processHours),
      numberText(total.failures),
    ]),
  ]);
  const kinds = known.size === 1 ? '1 kind' : `${known.size} kinds`;
  console.log(`\n${known.size === 0 ? 'Every statement holds.' : `${kinds} of failures; see above.`}`);
  return known.size === 0 ? 0 : 1;
}

function print({ options }: Context, task: { readonly scenario: string; readonly seed: number }, shrunk: Shrunk): void {
  printFailure({ ...task, flags: repetitionFlags(options) }, shrunk);
}

/** Failures of the same kind differ only in numbers. */
function kindOf(scenario: string, { statement, text }: Violation): string {
  return `${scenario} ${statement} ${text.split('\n')[0]}`.replaceAll(/\d+/g, '#');
}

function summaryOf(totals: readonly Total[]): string {
  const sum = (of: (total: Total) => number): string => numberText(totals.reduce((all, total) => all + of(total), 0));
  const [episodes, hours] = [sum((total) => total.episodes), sum((total) => total.processHours)];
  return `${episodes} episodes, ${hours} process-hours, ${sum((total) => total.failures)} failures`;
}
