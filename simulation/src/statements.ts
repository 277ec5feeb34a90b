import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './product/bundle.ts';

/** The text of a statement in docs/statements.md, by its number. */
export function readStatements(): ReadonlyMap<number, string> {
  const page = readFileSync(join(repository, 'docs', 'statements.md'), 'utf8');
  return new Map([...page.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, number, text]) => [Number(number), text ?? '']));
}
