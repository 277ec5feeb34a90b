import { randomInt } from 'node:crypto';
import type { PlantedFault } from '../faults/planted-fault.ts';
import { type SearchResult, search } from '../runner/search.ts';
import type { Scenario } from '../scenario.ts';
import type { Context } from './context.ts';
import { UsageError } from './options.ts';
import { readTable, writeTable } from './page.ts';
import { numberText, printTable, showBar } from './screen.ts';

/** Each planted fault must be found within this time. */
export const secondsForFault = 300;

interface Row extends SearchResult {
  readonly fault: PlantedFault;
}

/**
 * Plants each fault, and runs episodes until one fails in which the unchanged product holds. Returns the exit code: 1 if a fault was
 * not found.
 */
export async function findFaults(context: Context): Promise<number> {
  const { options, pool } = context;
  const faults = chosenFaults(context);
  const seed = options.givenSeed ?? randomInt(2 ** 32);
  const bar = showBar(`Searching for ${faults.length} planted faults`);
  const rows: Row[] = [];
  const queue = [...faults];
  const lanes = Array.from({ length: pool.size }, async () => {
    for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
      rows.push({ fault, ...(await findFault(context, fault, seed)) });
      bar.tell(rows.length / faults.length, `${rows.filter(({ found }) => found !== undefined).length} found`);
    }
  });
  await Promise.all(lanes);
  rows.sort((a, b) => faults.indexOf(a.fault) - faults.indexOf(b.fault));
  const found = rows.filter((row) => row.found !== undefined).length;
  bar.stop(`${found} of ${rows.length} found`);
  printTable([
    ['fault', 'scenario', 'statement', 'seed', 'episodes', 'seconds'],
    ...rows.map(({ fault, ...row }) => [fault.name, fault.scenario, ...cellsOf(row)]),
  ]);
  console.log(`\n${found} of ${rows.length} found within ${secondsForFault / 60} minutes each.`);
  if (options.write) writeRows(rows, context.plantedFaults);
  return found === rows.length ? 0 : 1;
}

function chosenFaults({ options, scenarios, plantedFaults }: Context): readonly PlantedFault[] {
  const faults = plantedFaults.filter(
    ({ name, scenario }) => name.includes(options.faults) && scenarios.some((each) => each.name === scenario),
  );
  if (faults.length > 0) return faults;
  const names = plantedFaults.map(({ name }) => `"${name}"`).join(', ');
  throw new UsageError(`No planted fault has "${options.faults}" in its name. Write a part of one of: ${names}.`);
}

async function findFault(
  { pool, builds, scenarios }: Context,
  fault: PlantedFault,
  seed: number,
): Promise<SearchResult> {
  const scenario = scenarios.find(({ name }) => name === fault.scenario) as Scenario<unknown>;
  const build = await builds.for(scenario, { changes: fault.changes });
  const unchanged = await builds.for(scenario);
  return search(pool, seed, scenario, build, { seconds: secondsForFault, lanes: 1, unchanged });
}

function cellsOf({ found, episodes, seconds }: SearchResult): readonly string[] {
  const [statement, seed] = found === undefined ? ['not found', ''] : [found.violation.statement, found.seed];
  return [String(statement), String(seed), numberText(episodes), numberText(seconds)];
}

/** Keeps the table rows of faults that were not part of this run. */
function writeRows(rows: readonly Row[], plantedFaults: readonly PlantedFault[]): void {
  const command = 'npm run simulate -- --faults --write';
  const old = readTable(command).split('\n');
  const lines = plantedFaults.flatMap((fault) => {
    const row = rows.find((each) => each.fault === fault);
    const known = lineOf([fault.name, fault.harm, fault.scenario]).slice(0, -1);
    return row === undefined
      ? old.filter((line) => line.startsWith(known))
      : [lineOf([fault.name, fault.harm, fault.scenario, ...cellsOf(row)])];
  });
  const head = [
    ['fault', 'what it does', 'scenario', 'statement', 'seed', 'episodes', 'seconds'],
    ['---', '---', '---', '---', '---', '---', '---'],
  ];
  writeTable(command, [...head.map(lineOf), ...lines].join('\n'));
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
