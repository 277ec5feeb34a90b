// npm run conformance: asks the conformance cases of every adapter, and writes docs/conformance.md from the results.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countLinesOfCode } from './lines-of-code.ts';
import { repository } from './workspace.ts';

interface Asked {
  /** The adapter, such as `Express 5`. */
  readonly name: string;
  readonly results: readonly {
    readonly title: string;
    readonly statement?: number;
    readonly outcome: 'passed' | 'failed' | 'left out';
    readonly details: readonly string[];
  }[];
}

const resultsFolder = join(repository, '.reports', 'conformance');
export const pagePath: string = join(repository, 'docs', 'conformance.md');

if (import.meta.main) {
  rmSync(resultsFolder, { recursive: true, force: true });
  const files = ['conformance', 'next.real'].map((name) => `conformance/test/${name}.test.ts`);
  // The matrix asks Next 15 all cases, too.
  const projects = ['--project', 'conformance', '--project', 'matrix'];
  const env = { ...process.env, TEST_SUITE: 'matrix' };
  const { status } = spawnSync('vitest', ['run', ...projects, ...files], { cwd: repository, stdio: 'inherit', env });
  writeFileSync(pagePath, drawPage(readResults()));
  process.exitCode = status ?? 1;
}

function readResults(): readonly Asked[] {
  return globSync('*.json', { cwd: resultsFolder })
    .map((file): Asked => JSON.parse(readFileSync(join(resultsFolder, file), 'utf8')))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

export function drawPage(adapters: readonly Asked[]): string {
  return `# Conformance table

What each adapter does with each [conformance case](../conformance/README.md#the-data). \`npm run conformance\` writes this page from the
results of the runner.

## Adapters

${drawLines(adapters)}

Lines of code are those of \`packages/NAME/src\`, without blank lines, comments, imports, and the names of other packages that are exported
again. Everything else is in core.

## Cases

A number after the mark says how many requests the case has. A dash is a case that cannot be asked; [the reasons](#left-out) are below.

${drawCases(adapters)}

## Left out

${drawLeftOut(adapters)}
`;
}

/** The adapters with their lines of code. */
export function drawLines(adapters: readonly Pick<Asked, 'name' | 'results'>[]): string {
  const rows = adapters.map(({ name, results }) => {
    const count = (outcome: string) => String(results.filter((each) => each.outcome === outcome).length);
    const lines = linesOf(name);
    return [name, lines.package, lines.guards, lines.webhooks, count('passed'), count('failed'), count('left out')];
  });
  return drawTable(['server', 'package', 'lines: guards', 'lines: webhooks', 'passed', 'failed', 'left out'], rows);
}

/** The package that a name begins with, and its lines of code. */
export function linesOf(name: string): {
  readonly package: string;
  readonly guards: string;
  readonly webhooks: string;
} {
  const [word = ''] = name.toLowerCase().split(/[^a-z]/);
  const folder = join(repository, 'packages', word, 'src');
  if (word === 'core' || !existsSync(folder)) return { package: 'core alone', guards: '0', webhooks: '' };
  const isWebhook = (path: string) => path.includes('webhook');
  return {
    package: `[@torii/${word}](../packages/${word}/README.md)`,
    guards: String(countFolder(folder, (path) => !isWebhook(path))),
    webhooks: String(countFolder(folder, isWebhook)),
  };
}

function countFolder(folder: string, fits: (path: string) => boolean): number {
  return globSync('**/*.{ts,tsx}', { cwd: folder })
    .filter(fits)
    .reduce((sum, path) => sum + countLinesOfCode(readFileSync(join(folder, path), 'utf8'), path), 0);
}

function drawCases(adapters: readonly Asked[]): string {
  const names = [...new Set(adapters.flatMap(({ results }) => results.map(({ title }) => title)))];
  const statements = new Map(
    adapters.flatMap(({ results }) => results.map((each) => [each.title, each.statement] as const)),
  );
  const rows = names.map((name) => [
    name,
    String(statements.get(name) ?? ''),
    ...adapters.map(({ results }) => markOf(results.filter((each) => each.title === name))),
  ]);
  return drawTable(['case', '[statement](statements.md)', ...adapters.map(({ name }) => name)], rows);
}

function markOf(results: Asked['results']): string {
  const passed = results.filter(({ outcome }) => outcome === 'passed').length;
  if (results.some(({ outcome }) => outcome === 'failed')) return '✗';
  if (passed === 0) return '–';
  return results.length === 1 ? '✓' : `✓ ${passed}`;
}

function drawLeftOut(adapters: readonly Asked[]): string {
  const lines = adapters.flatMap(({ name, results }) => {
    const reasons = new Map<string, number>();
    for (const { outcome, details } of results) {
      const [reason = ''] = details;
      if (outcome === 'left out') reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    return [...reasons].map(([reason, count]) => `- ${name}: ${count === 1 ? '1 case' : `${count} cases`}, ${reason}`);
  });
  return lines.length === 0 ? 'Nothing.' : lines.join('\n');
}

function drawTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, titles.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}
