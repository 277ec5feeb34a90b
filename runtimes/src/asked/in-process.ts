// Node, Bun and Deno: takes the cases from the file that is named, and prints a line of JSON for each.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import type { Question } from '../case.ts';
import { answer } from './answer.ts';

const file = process.argv[2];
if (file === undefined) throw new Error('Name the file of questions.');
const questions: readonly Question[] = JSON.parse(readFileSync(file, 'utf8'));
for (const question of questions) {
  console.log(JSON.stringify(question.ask === 'require' ? requireCore() : await answer(question)));
}

/** As CommonJS code gets it. */
function requireCore(): string {
  return Object.keys(createRequire(import.meta.url)('@torii/core'))
    .sort()
    .join(' ');
}
