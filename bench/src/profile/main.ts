// Records where a scenario spends its time, and writes a flame graph:
//   npm run profile              lists the scenarios
//   npm run profile -- verify
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { formatNumber } from '../limits.ts';
import { printTable } from '../screen.ts';
import { drawFlameGraph } from './flame-graph.ts';
import { fold, topSelfTimes } from './folding.ts';
import { record } from './recording.ts';
import { scenarios } from './scenarios.ts';

const [name, secondsText = '2'] = process.argv.slice(2);
const seconds = Number(secondsText);
const scenario = name === undefined ? undefined : scenarios[name];
if (name === undefined) {
  listScenarios();
  process.exit();
}
if (scenario === undefined || !(seconds > 0)) {
  console.error(
    scenario === undefined
      ? `There is no scenario named ${name}. Known: ${Object.keys(scenarios).join(', ')}.`
      : `The seconds must be a number above 0, not ${secondsText}.`,
  );
  process.exit(2);
}

const prepared = await scenario.prepare();
const profile = await record(prepared, seconds * 1_000);
await prepared.stop?.();
const root = fold(profile);
const folder = join(import.meta.dirname, '..', '..', '..', '.reports', 'profiles');
mkdirSync(folder, { recursive: true });
const files = { graph: join(folder, `${name}.svg`), profile: join(folder, `${name}.cpuprofile`) };
writeFileSync(files.graph, drawFlameGraph(root, `${scenario.what}, ${formatNumber(root.total)} ms`));
writeFileSync(files.profile, JSON.stringify(profile));

printTable(`${scenario.what}: the most time without callees`, [
  ['', 'ms', '%'],
  ...topSelfTimes(root, 12).map(({ name, place, self }) => [
    `${name} ${place}`.trim(),
    formatNumber(self),
    formatNumber((self / root.total) * 100),
  ]),
]);
console.log(`\nFlame graph: ${relative(process.cwd(), files.graph)} (open it in a browser)`);
console.log(`Profile: ${relative(process.cwd(), files.profile)} (open it in the developer tools of a browser)`);

function listScenarios(): void {
  console.log('npm run profile -- SCENARIO [SECONDS]');
  printTable(
    'Scenarios',
    Object.entries(scenarios).map(([known, { what }]) => [known, what]),
  );
}
