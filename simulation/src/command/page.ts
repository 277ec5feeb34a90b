import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../product/bundle.ts';

const page = join(repository, 'docs', 'simulation.md');
const end = '<!-- end -->';

/** The part of docs/simulation.md that a command writes. */
export function readTable(command: string): string {
  return partsOf(command)[1];
}

export function writeTable(command: string, table: string): void {
  const [before, , after] = partsOf(command);
  writeFileSync(page, `${before}\n\n${table}\n\n${after}`);
  console.log('Wrote the table into docs/simulation.md.');
}

function partsOf(command: string): readonly [before: string, table: string, after: string] {
  const text = readFileSync(page, 'utf8');
  const begin = `<!-- written by ${command} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`docs/simulation.md must contain "${begin}" and then "${end}".`);
  const start = from + begin.length;
  return [text.slice(0, start), text.slice(start, to), text.slice(to)];
}
