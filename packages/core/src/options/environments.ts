import { assertNoKey, type Options, readTexts, wrongOption } from './reader.ts';

/** Reads the ids of the accepted environments. Returns `undefined` if the option is absent. */
export function readEnvironments(options: Options<'environmentId'>): ReadonlySet<string> | undefined {
  const example = "environmentId: 'the id that the dashboard shows'";
  const ids = readTexts(options, 'environmentId', example);
  for (const id of ids ?? []) {
    assertNoKey('environmentId', id, example);
    if (/[\s,;/]/.test(id)) throw wrongOption('environmentId', `must be an id, or a list of ids. Write ${example}`);
  }
  return ids;
}
