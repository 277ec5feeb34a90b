// Measures the time from an empty folder to the first verified request: follows each page in docs/start/ up to the request with
// a token, with the packages from a local registry.
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startLocalRegistry } from '../../scripts/local-registry.ts';
import { readSteps, type Step, titleOf } from '../../scripts/start-page.ts';
import { type FollowedStep, followSteps } from '../../scripts/start-runner.ts';
import { repository } from '../../scripts/workspace.ts';
import { atMost, formatNumber, withSpread } from './limits.ts';
import { announceSteps, tellProgress } from './progress.ts';
import { median, spreadOf } from './rounds.ts';
import { reportSection, type Table } from './section.ts';
import { roundsOr } from './settings.ts';

const parts = ['project and packages', 'emulator', 'server', 'two requests'] as const;
type Part = (typeof parts)[number];
type Figures = Readonly<Record<Part, number>>;

const rounds = roundsOr(3);
const pages = globSync('docs/start/*.md', { cwd: repository })
  .filter((page) => basename(page) !== 'index.md')
  .sort();
const titles = new Map(pages.map((page) => [page, titleOf(page).replace('Start with ', '')]));

announceSteps(rounds * pages.length * 2 + 1);
tellProgress('Publishing to a local registry', 0);
const root = mkdtempSync(join(tmpdir(), 'torii-start-'));
const cold = new Map<string, Figures[]>(pages.map((page) => [page, []]));
const warm = new Map<string, Figures[]>(pages.map((page) => [page, []]));
try {
  await using registry = await startLocalRegistry(join(root, 'registry'));
  for (let round = 0; round < rounds; round += 1) {
    for (const page of pages) {
      const name = `${basename(page, '.md')}-${round}`;
      const environment = { ...registry.environment, npm_config_cache: join(root, `cache-${name}`) };
      for (const [kind, figures] of [
        ['empty cache', cold],
        ['filled cache', warm],
      ] as const) {
        tellProgress(`${titles.get(page)}, ${kind}, round ${round + 1}`, 0);
        const folder = join(root, `${name}-${kind.replace(' ', '-')}`);
        const followed = await followSteps(folder, untilVerified(readSteps(page, 'By hand')), environment);
        figures.get(page)?.push(figuresOf(followed));
        rmSync(folder, { recursive: true, force: true });
      }
      rmSync(join(root, `cache-${name}`), { recursive: true, force: true });
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}

reportSection({
  title: 'From an empty folder to the first verified request',
  text: [
    'Each [page for a framework](start/index.md) is followed by a program, block by block, up to the request with a token (200), after one without (401). The packages come from a registry on this machine, as they are published. Packages of others come from the registry that npm is configured to use, so the time for them depends on the network. Reading, and pasting by hand, are not counted.',
  ],
  rounds,
  tables: [
    tableOf('With an empty npm cache, seconds', cold),
    tableOf('With the packages in the npm cache, seconds', warm),
  ],
  limits: pages.map((page) =>
    atMost(
      `From an empty folder to the first verified request, ${titles.get(page)}`,
      60,
      's',
      spreadOf((cold.get(page) ?? []).map(totalOf)),
      page.endsWith('next.md')
        ? '`create-next-app` and the packages that it installs take almost all of it.'
        : undefined,
    ),
  ),
});

/** The steps up to the first request that is verified. */
function untilVerified(steps: readonly Step[]): readonly Step[] {
  const last = steps.findIndex((step) => step.kind === 'lines' && step.shown?.startsWith('HTTP/1.1 200'));
  if (last === -1) throw new Error('The page shows no request that is verified.');
  return steps.slice(0, last + 1);
}

function figuresOf(followed: readonly FollowedStep[]): Figures {
  const figures = { 'project and packages': 0, emulator: 0, server: 0, 'two requests': 0 };
  for (const { step, seconds } of followed) figures[partOf(step)] += seconds;
  return figures;
}

function partOf(step: Step): Part {
  if (step.kind === 'file') return 'project and packages';
  if (step.stays) return step.lines.includes('@torii/emulator') ? 'emulator' : 'server';
  return step.lines.includes('curl ') ? 'two requests' : 'project and packages';
}

function totalOf(figures: Figures): number {
  return parts.reduce((sum, part) => sum + figures[part], 0);
}

function tableOf(title: string, measured: ReadonlyMap<string, readonly Figures[]>): Table {
  return {
    title,
    columns: ['', ...parts, 'together'],
    rows: [...measured].map(([page, figures]) => [
      `[${titles.get(page)}](start/${basename(page)})`,
      ...parts.map((part) => formatNumber(median(figures.map((each) => each[part])))),
      withSpread(spreadOf(figures.map(totalOf))),
    ]),
  };
}
