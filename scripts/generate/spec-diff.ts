// npm run spec:diff OLD NEW: lists what a newer specification changes in the client. It compares the files as the server
// publishes them, without spec/additions/: fields that the server dropped are listed, although our types keep them.
// Exit code 0: no breaking changes. 1: breaking changes. 2: the files cannot be compared.
import { table } from 'table';
import { correctSpec, type JsonObject } from '../../spec/corrections.ts';
import { readJsonFile } from '../json-file.ts';
import { type Change, compareSpecifications, type Specification } from './compare.ts';
import { generateFiles } from './generate.ts';
import { readOperations } from './operations.ts';
import { readPublicTypes } from './public-types.ts';

if (import.meta.main) {
  const { output, problem, exitCode } = await diffSpecifications(process.argv.slice(2));
  if (output !== '') console.log(output);
  if (problem !== '') console.error(problem);
  process.exitCode = exitCode;
}

export interface Diff {
  readonly output: string;
  readonly problem: string;
  readonly exitCode: number;
}

export async function diffSpecifications(files: readonly string[]): Promise<Diff> {
  try {
    const [old, next, ...rest] = files;
    if (old === undefined || next === undefined || rest.length > 0) throw new Error('Usage: npm run spec:diff OLD NEW');
    const changes = compareSpecifications(await readSpecification(old), await readSpecification(next));
    const breaking = changes.filter(({ isBreaking }) => isBreaking);
    const summary = `${changes.length} changes, ${breaking.length} of them breaking.`;
    const output = changes.length > 0 ? `${writeTable(changes)}\n${summary}` : summary;
    return { output, problem: '', exitCode: breaking.length > 0 ? 1 : 0 };
  } catch (error) {
    return { output: '', problem: error instanceof Error ? error.message : String(error), exitCode: 2 };
  }
}

async function readSpecification(file: string): Promise<Specification> {
  try {
    const published = readJsonFile<JsonObject>(file);
    const document = correctSpec(published);
    const types = readPublicTypes(await generateFiles(published, []));
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
