// npm run spec:diff OLD NEW: lists what a newer specification changes in the client.
// Exit code 0: no breaking changes. 1: breaking changes. 2: the files cannot be compared.
import { readFileSync } from 'node:fs';
import { table } from 'table';
import { correctSpec, type JsonObject } from '../../spec/corrections.ts';
import { type Change, compareSpecifications, type Specification } from './compare.ts';
import { generateFiles } from './generate.ts';
import { readOperations } from './operations.ts';
import { readPublicTypes } from './public-types.ts';

try {
  const [old, next, ...rest] = process.argv.slice(2);
  if (old === undefined || next === undefined || rest.length > 0) throw new Error('Usage: npm run spec:diff OLD NEW');
  const changes = compareSpecifications(await readSpecification(old), await readSpecification(next));
  const breaking = changes.filter(({ isBreaking }) => isBreaking);
  if (changes.length > 0) console.log(writeTable(changes));
  console.log(`${changes.length} changes, ${breaking.length} of them breaking.`);
  process.exitCode = breaking.length > 0 ? 1 : 0;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

async function readSpecification(file: string): Promise<Specification> {
  try {
    const published: JsonObject = JSON.parse(readFileSync(file, 'utf8'));
    const document = correctSpec(published);
    const types = readPublicTypes(await generateFiles(published));
    return { published, document, operations: readOperations(document), types };
  } catch (cause) {
    throw new Error(`${file}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** One row for each change, with all methods that it affects. */
function writeTable(changes: readonly Change[]): string {
  const groups = Map.groupBy(changes, ({ what, isBreaking }) => `${isBreaking ? 'breaking' : ''}\n${what}`);
  const rows = [...groups].map(([key, group]) => {
    const [verdict = '', what = ''] = key.split('\n');
    return [verdict, group.map(({ method }) => method).join('\n'), what];
  });
  return table([['', 'method or type', 'change'], ...rows], {
    columns: { 2: { width: 72, wrapWord: true } },
  }).trimEnd();
}
