// The entry point for Node, Bun and Deno: reads the questions from a file and prints each answer as a line of JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import type { Question } from '../case.ts';
import { answer } from './answer.ts';

const file = process.argv[2];
if (file === undefined) throw new Error('No file of questions. Pass its path as the first argument.');
const questions: readonly Question[] = JSON.parse(readFileSync(file, 'utf8'));
for (const question of questions) {
  console.log(JSON.stringify(question.ask === 'require' ? requireCore() : await answer(question)));
}

function requireCore(): string {
  return Object.keys(createRequire(import.meta.url)('@torii/core'))
    .sort()
    .join(' ');
}
