// Measures the main contenders on each version of Node that we support, with the binaries of `runtimes/`.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { formatNumber, noPeerFaster, withSpread } from './limits.ts';
import { findNodeBinaries, type NodeBinary } from './node-versions/binaries.ts';
import type { Rates } from './node-versions/rates.ts';
import { announceSteps, tellProgress } from './progress.ts';
import { type Measured, median, ratiosTo, valuesOf } from './rounds.ts';
import { reportSection, type Table } from './section.ts';
import { roundsOr } from './settings.ts';

announceSteps(1);
const rounds = roundsOr(7);
const { binaries, missing } = findNodeBinaries();
if (binaries.length === 0) throw new Error(`None of ${missing.join(', ')} is installed for this platform.`);
const titles: Readonly<Record<keyof Rates, string>> = {
  known: 'The same token again, in a new string',
  cold: 'Cold, one by one',
};
const ours = 'verifier.verify';
const base = 'jose';
const whyNot =
  'fast-jwt and jsonwebtoken have one key: they do not look it up by its id, and do not check the types of most claims.';
const peers = ['fast-jwt', 'jsonwebtoken', base];

const folder = mkdtempSync(join(tmpdir(), 'torii-bench-'));
const measured = new Map<string, Map<string, number[]>>();
try {
  const program = await bundle(folder);
  for (let round = -1; round < rounds; round++) {
    tellProgress('Versions of Node', (round + 1) / (rounds + 1));
    const turn = Math.max(round, 0) % binaries.length;
    for (const binary of [...binaries.slice(turn), ...binaries.slice(0, turn)]) {
      const rates = await runOn(binary, program);
      if (round >= 0) note(binary, rates);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

reportSection({
  title: 'Versions of Node',
  text: [
    'Each round runs the same bundled program once on each version, in rotating order. Ratios are computed within a process.',
    'The rows `jose, per second` are absolute figures: compare them only within a row. fast-jwt has its cache on for a known token, and off for new ones.',
    ...(missing.length > 0 ? [`Not installed on this platform, so left out: ${missing.join(', ')}.`] : []),
  ],
  rounds,
  tables: [tableOfVersions()],
  limits: binaries.flatMap((binary) => [
    noPeerFaster(`${binary.name}: ${titles.known.toLowerCase()}`, of(binary, 'known'), ours, peers),
    noPeerFaster(`${binary.name}: ${titles.cold.toLowerCase()}`, of(binary, 'cold'), ours, peers, whyNot),
  ]),
});

async function bundle(into: string): Promise<string> {
  const outfile = join(into, 'program.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'node-versions', 'program.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    // jsonwebtoken calls `require`.
    format: 'cjs',
    target: 'node20',
    conditions: ['@torii/source'],
    logLevel: 'warning',
  });
  return outfile;
}

async function runOn({ path }: NodeBinary, program: string): Promise<Rates> {
  // NODE_OPTIONS could contain an option that another version does not know.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(path, [program], { env });
  return JSON.parse(stdout);
}

function note(binary: NodeBinary, rates: Rates): void {
  for (const kind of ['known', 'cold'] as const) {
    for (const [name, rate] of Object.entries(rates[kind])) {
      const values = of(binary, kind);
      values.set(name, [...(values.get(name) ?? []), rate]);
    }
  }
}

function of({ name }: NodeBinary, kind: keyof Rates): Map<string, number[]> {
  const key = `${name}, ${kind}`;
  const values = measured.get(key) ?? new Map<string, number[]>();
  measured.set(key, values);
  return values;
}

/** One row per contender, with its ratio to jose on each version. */
function tableOfVersions(): Table {
  const rows = (['known', 'cold'] as const).flatMap((kind) => {
    const all: readonly Measured[] = binaries.map((binary) => of(binary, kind));
    const names = [...(all[0]?.keys() ?? [])].sort((a, b) => Number(b === base) - Number(a === base));
    return names.map((name) => [
      `${titles[kind]}: ${name === base ? `${base}, per second` : name}`,
      ...all.map((rates) =>
        name === base ? formatNumber(median(valuesOf(rates, base))) : withSpread(ratiosTo(rates, name, base)),
      ),
    ]);
  });
  return { title: 'Ratios to jose, by the version of Node', columns: ['', ...binaries.map(({ name }) => name)], rows };
}
