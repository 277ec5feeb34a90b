// Measures the time from an empty folder to the first verified request: follows each page in docs/start/ up to the request with
// a token, with the packages from a local registry.
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type LocalRegistry, startLocalRegistry } from '../../scripts/local-registry.ts';
import { readSteps, type Step, titleOf } from '../../scripts/start-page.ts';
import { type FollowedStep, followSteps } from '../../scripts/start-runner.ts';
import { repository } from '../../scripts/workspace.ts';
import { atMost, formatNumber, withSpread } from './limits.ts';
import { announceSteps, tellProgress } from './progress.ts';
import { median, spreadOf } from './rounds.ts';
import { reportSection, type Table } from './section.ts';
import { roundsOr } from './settings.ts';

const parts = ['project and packages', 'local Torii', 'server', 'two requests'] as const;
type Part = (typeof parts)[number];
type Figures = Readonly<Record<Part, number>>;

/** Each page has a section for each of the two ways to set the app up. */
const ways = ['With torii init', 'By hand'] as const;

const rounds = roundsOr(3);
const pages = globSync('docs/start/*.md', { cwd: repository })
  .filter((page) => basename(page) !== 'index.md')
  .sort();
const root = mkdtempSync(join(tmpdir(), 'torii-start-'));
const measured = new Map(ways.map((way) => [way, new Map<string, Figures[]>(pages.map((page) => [page, []]))]));

/** How long `create-next-app` alone takes: the lower limit for the Next.js pages. */
const generatorAlone: Step = {
  kind: 'lines',
  terminal: 1,
  lines: 'npx create-next-app@latest my-app --yes\n',
  stays: false,
  shown: undefined,
};
const generator: number[] = [];

announceSteps(rounds * (pages.length * ways.length + 1) + 1);
tellProgress('Publishing to a local registry', 0);
try {
  await using registry = await startLocalRegistry(join(root, 'registry'));
  for (let round = 0; round < rounds; round += 1) {
    tellProgress(`create-next-app, round ${round + 1}`, 0);
    generator.push(totalOf(await follow([generatorAlone], registry)));
    for (const page of pages) {
      for (const way of ways) {
        tellProgress(`${nameOf(page)}, ${way}, round ${round + 1}`, 0);
        const steps = untilVerified(readSteps(page, way));
        measured
          .get(way)
          ?.get(page)
          ?.push(await follow(steps, registry));
      }
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}

reportSection({
  title: 'From an empty folder to the first verified request',
  text: [
    'A program follows each [page for a framework](start/index.md), block by block, up to the request with a token (200), after one without (401). The npm cache is empty at the beginning. The packages come from a registry on this machine, as they are published. Packages of others come from the registry that npm is configured to use, so the time for them depends on the network. The times to read and to paste are not counted.',
    `A new app of Next.js takes ${formatNumber(median(generator))} s before anything is added to it: \`npx create-next-app@latest my-app --yes\`.`,
  ],
  rounds,
  tables: ways.map((way) => tableOf(`${way}, seconds`, measured.get(way) ?? new Map())),
  limits: pages.map((page) => {
    const slowest = Math.max(...ways.map((way) => median((measured.get(way)?.get(page) ?? []).map(totalOf))));
    const what = `From an empty folder to the first verified request, ${nameOf(page)}, the slower way`;
    const whyNot = `\`create-next-app\` alone takes ${formatNumber(median(generator))} s of it.`;
    return atMost(what, 60, 's', slowest, page.endsWith('next.md') ? whyNot : undefined);
  }),
});

function nameOf(page: string): string {
  return titleOf(page).replace('Start with ', '');
}

/** Follows steps in an empty folder, with an empty npm cache. */
async function follow(steps: readonly Step[], { environment }: LocalRegistry): Promise<Figures> {
  const [folder, cache] = [join(root, 'project'), join(root, 'npm-cache')];
  const followed = await followSteps(folder, steps, { ...environment, npm_config_cache: cache });
  for (const each of [folder, cache]) rmSync(each, { recursive: true, force: true });
  return figuresOf(followed);
}

/** The steps up to the first request that is answered with 200. */
function untilVerified(steps: readonly Step[]): readonly Step[] {
  const last = steps.findIndex((step) => step.kind === 'lines' && step.shown?.startsWith('HTTP/1.1 200'));
  if (last === -1) throw new Error('The page shows no request that is verified.');
  return steps.slice(0, last + 1);
}

function figuresOf(followed: readonly FollowedStep[]): Figures {
  const figures = { 'project and packages': 0, 'local Torii': 0, server: 0, 'two requests': 0 };
  for (const { step, seconds } of followed) figures[partOf(step)] += seconds;
  return figures;
}

function partOf(step: Step): Part {
  if (step.kind === 'file') return 'project and packages';
  // With torii init, the server and the local Torii start together.
  if (step.stays) return step.lines.includes('@torii/emulator') ? 'local Torii' : 'server';
  return step.lines.includes('curl ') ? 'two requests' : 'project and packages';
}

function totalOf(figures: Figures): number {
  return parts.reduce((sum, part) => sum + figures[part], 0);
}

function tableOf(title: string, figuresOfPages: ReadonlyMap<string, readonly Figures[]>): Table {
  const shown = parts.filter((part) => [...figuresOfPages.values()].flat().some((figures) => figures[part] > 0));
  return {
    title,
    columns: [
      '',
      ...shown.map((part) => (part === 'server' && !shown.includes('local Torii') ? 'server and local Torii' : part)),
      'together',
    ],
    rows: [...figuresOfPages].map(([page, figures]) => [
      `[${nameOf(page)}](start/${basename(page)})`,
      ...shown.map((part) => formatNumber(median(figures.map((each) => each[part])))),
      withSpread(spreadOf(figures.map(totalOf))),
    ]),
  };
}
