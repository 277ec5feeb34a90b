// Runs scenarios on a virtual clock: npm run simulate -- --help
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { help, type Options, readOptions, UsageError } from './command/options.ts';
import { replay, runSeed } from './command/run.ts';
import { Builds } from './runner/builds.ts';
import { Pool } from './runner/pool.ts';
import type { Scenario } from './scenario.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.mode === 'help') {
      console.log(help);
      return 0;
    }
    return await perform(options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\nAll options: npm run simulate -- --help`);
    return 2;
  }
}

async function perform(options: Options): Promise<number> {
  const scenariosUrl =
    options.scenariosModule === undefined
      ? new URL('scenarios.ts', import.meta.url).href
      : pathToFileURL(options.scenariosModule).href;
  const { scenarios }: { readonly scenarios: readonly Scenario<unknown>[] } = await import(scenariosUrl);
  const chosen = scenarios.filter(({ name }) => options.scenario === undefined || name === options.scenario);
  if (chosen.length === 0) {
    const names = scenarios.map(({ name }) => name).join(', ');
    throw new UsageError(`There is no scenario "${options.scenario}". Write one of: ${names}.`);
  }
  const pool = new Pool(options.workers ?? availableParallelism(), scenariosUrl);
  try {
    const context = { options, pool, builds: new Builds(), scenarios: chosen };
    return options.mode === 'replay' ? await replay(context) : await runSeed(context);
  } finally {
    await pool.close();
  }
}
