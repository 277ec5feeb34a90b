// Runs scenarios on a virtual clock: npm run simulate -- --help
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import type { Context } from './command/context.ts';
import { explore } from './command/explore.ts';
import { findFaults } from './command/faults.ts';
import { help, type Options, readOptions, UsageError } from './command/options.ts';
import { replay, runSeed } from './command/run.ts';
import type { PlantedFault } from './faults/planted-fault.ts';
import { plantedFaults } from './faults.ts';
import { Builds } from './runner/builds.ts';
import { Pool } from './runner/pool.ts';
import type { Scenario } from './scenario.ts';

const commands: Readonly<Record<Options['mode'], (context: Context) => Promise<number>>> = {
  run: runSeed,
  replay,
  explore,
  faults: findFaults,
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    if (args.includes('--help') || args.includes('-h')) {
      console.log(help);
      return 0;
    }
    return await perform(readOptions(args));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nAll options: npm run simulate -- --help`);
    return 2;
  }
}

interface Listed {
  readonly scenarios: readonly Scenario<unknown>[];
  readonly plantedFaults?: readonly PlantedFault[];
}

async function perform(options: Options): Promise<number> {
  const { scenariosModule, scenario, workers } = options;
  const url = scenariosModule === undefined ? new URL('scenarios.ts', import.meta.url) : pathToFileURL(scenariosModule);
  const listed: Listed = await import(url.href);
  const scenarios = listed.scenarios.filter(({ name }) => scenario === undefined || name === scenario);
  if (scenarios.length === 0) {
    const names = listed.scenarios.map(({ name }) => name).join(', ');
    throw new UsageError(`There is no scenario "${scenario}". Write one of: ${names}.`);
  }
  const pool = new Pool(workers ?? availableParallelism(), url.href);
  const context: Context = {
    options,
    pool,
    builds: new Builds(),
    scenarios,
    plantedFaults: listed.plantedFaults ?? plantedFaults,
  };
  try {
    return await commands[options.mode](context);
  } finally {
    await pool.close();
  }
}
