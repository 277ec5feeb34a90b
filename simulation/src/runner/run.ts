import { createHash } from 'node:crypto';
import type { Scenario } from '../scenario.ts';
import { episodeSeed } from './episode.ts';
import type { Pool } from './pool.ts';
import type { Build, Checked } from './task.ts';

export interface Episode {
  readonly index: number;
  readonly scenario: string;
  readonly seed: number;
  readonly checked: Checked;
}

/** The end of a run: whichever comes first. */
export interface RunLimit {
  readonly hours?: number | undefined;
  readonly episodes?: number | undefined;
}

export interface RunResult {
  readonly episodes: number;
  readonly processHours: number;
  readonly lines: number;
  /** SHA-256 of the whole trace, in hexadecimal. */
  readonly hash: string;
  /** The first episode that violates a statement. The run ends with it. */
  readonly failed: Episode | undefined;
}

export interface RunListener {
  readonly onEpisode?: (episode: Episode) => void;
  /** Called with each part of the whole trace, in order. */
  readonly onTrace?: (part: Uint8Array) => void;
}

/** How many episodes may run ahead: enough for each thread to have some of the scenarios whose code it has compiled. */
const ahead = 120;

/**
 * Runs episodes 0, 1, 2, … of all scenarios in turn until their process-hours or their number reach the limit. Episodes end in any order,
 * but count in theirs: the result does not depend on the number of workers.
 */
export async function run(
  pool: Pool,
  seed: number,
  scenarios: readonly (readonly [Scenario<unknown>, Build])[],
  limit: RunLimit,
  { onEpisode = () => {}, onTrace = () => {} }: RunListener = {},
): Promise<RunResult> {
  const hash = createHash('sha256');
  const trace = (part: Uint8Array): void => {
    hash.update(part);
    onTrace(part);
  };
  const underway: Promise<Episode>[] = [];
  let [episodes, processHours, lines] = [0, 0, 0];
  let failed: Episode | undefined;
  const start = (index: number): void => {
    const [scenario, build] = scenarios[index % scenarios.length] as readonly [Scenario<unknown>, Build];
    const own = episodeSeed(seed, scenario.name, index);
    const task = { scenario: scenario.name, seed: own, build };
    const started = pool.check(task).then((checked) => ({ index, scenario: scenario.name, seed: own, checked }));
    // Episodes that still run at the end are not awaited.
    started.catch(() => {});
    underway.push(started);
  };
  let next = 0;
  const mustGoOn = (): boolean =>
    failed === undefined && processHours < (limit.hours ?? Infinity) && episodes < (limit.episodes ?? Infinity);
  while (mustGoOn()) {
    while (underway.length < ahead && next < (limit.episodes ?? Infinity)) start(next++);
    const episode = await (underway.shift() as Promise<Episode>);
    trace(new TextEncoder().encode(`episode ${episode.index}, scenario ${episode.scenario}, seed ${episode.seed}\n`));
    trace(episode.checked.trace);
    episodes += 1;
    processHours += episode.checked.processHours;
    lines += episode.checked.lines;
    onEpisode(episode);
    if (episode.checked.violation !== undefined) failed = episode;
  }
  return { episodes, processHours, lines, hash: hash.digest('hex'), failed };
}
