import { closeSync, openSync, writeSync } from 'node:fs';
import { type Episode, run } from '../runner/run.ts';
import type { Build } from '../runner/task.ts';
import type { Scenario } from '../scenario.ts';
import { buildFor, type Context, repetitionFlags } from './context.ts';
import { printFailure } from './failure.ts';
import { writeTable } from './page.ts';
import { numberText, printTable, showBar } from './screen.ts';
import { speedOf, speedTable, type Total } from './speed.ts';

/** Runs the episodes of one seed. Returns the exit code. */
export async function runSeed(context: Context): Promise<number> {
  const { options, pool, scenarios } = context;
  const { seed, hours, episodes: most } = options;
  const built: (readonly [Scenario<unknown>, Build])[] = [];
  for (const scenario of scenarios) built.push([scenario, await buildFor(context, scenario)]);
  const file = options.trace === undefined ? undefined : openSync(options.trace, 'w');
  const totals = new Map<string, Total>(
    scenarios.map(({ name }) => [name, { episodes: 0, processHours: 0, tookMs: 0, lines: 0 }]),
  );
  const begun = performance.now();
  const bar = showBar(`Simulating, seed ${seed}`);
  let [done, processHours] = [0, 0];
  const onEpisode = ({ scenario, checked }: Episode): void => {
    const total = totals.get(scenario);
    done += 1;
    processHours += checked.processHours;
    if (total !== undefined) {
      total.episodes += 1;
      total.processHours += checked.processHours;
      total.tookMs += checked.tookMs;
      total.lines += checked.lines;
    }
    const share = Math.max(processHours / (hours ?? Infinity), done / (most ?? Infinity));
    bar.tell(share, `${numberText(done)} episodes, ${numberText(processHours)} process-hours`);
  };
  const onTrace = (part: Uint8Array): void => {
    if (file !== undefined) writeSync(file, part);
  };
  const result = await run(pool, seed, built, { hours, episodes: most }, { onEpisode, onTrace });
  const wholeMs = performance.now() - begun;
  bar.stop(`${numberText(done)} episodes, ${numberText(processHours)} process-hours`);
  if (file !== undefined) closeSync(file);

  const row = (name: string, total: Omit<Total, 'tookMs'>, perMinute: number) => {
    const { episodes, processHours, lines } = total;
    return [name, ...[episodes, processHours, perMinute, lines].map(numberText)];
  };
  printTable([
    ['scenario', 'episodes', 'process-hours', 'hours a minute', 'trace lines'],
    ...[...totals].map(([name, total]) => row(name, total, speedOf(total, pool.size))),
    ...(scenarios.length > 1 ? [row('all', result, result.processHours / (wholeMs / 60_000))] : []),
  ]);
  if (options.write && result.failed === undefined)
    writeTable('npm run simulate -- --episodes N --write', speedTable(totals, pool.size));
  console.log(`\nSHA-256 of the trace: ${result.hash}`);
  if (result.failed === undefined) return 0;
  await explain(context, result.failed);
  return 1;
}

/** Repeats one episode. Returns the exit code. */
export async function replay(context: Context): Promise<number> {
  const { options, pool, scenarios } = context;
  const [scenario] = scenarios as readonly [Scenario<unknown>];
  const { name } = scenario;
  const checked = await pool.check({ scenario: name, seed: options.replay, build: await buildFor(context, scenario) });
  if (checked.violation === undefined) {
    process.stdout.write(checked.trace);
    console.log(`\nEvery statement holds in this episode of ${numberText(checked.processHours)} process-hours.`);
    return 0;
  }
  await explain(context, { scenario: name, seed: options.replay });
  return 1;
}

/** Shrinks a failure and prints it. */
async function explain(context: Context, { scenario: name, seed }: Pick<Episode, 'scenario' | 'seed'>): Promise<void> {
  const { pool, scenarios, options } = context;
  const scenario = scenarios.find((each) => each.name === name) as Scenario<unknown>;
  const bar = showBar('Shrinking');
  const build = await buildFor(context, scenario);
  const shrunk = await pool.shrink({ scenario: name, seed, build }, (tried) => bar.tell(0, `${tried} plans tried`));
  bar.stop(`Shrunk with ${shrunk.tried} plans`);
  printFailure({ scenario: name, seed, flags: repetitionFlags(options) }, shrunk);
}
