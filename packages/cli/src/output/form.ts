import { type Command, Option } from 'commander';

/** How results are written: for people, or for programs. */
export type Form = 'table' | 'json' | 'ndjson';

/** What the options of {@link addFormOptions} say. */
export interface FormOptions {
  readonly json?: true;
  readonly ndjson?: true;
}

/** Adds `--json` and `--ndjson`. */
export function addFormOptions(command: Command): Command {
  return command
    .addOption(new Option('--json', 'write JSON').conflicts('ndjson'))
    .addOption(new Option('--ndjson', 'write one JSON object to a line').conflicts('json'));
}

export function formOf({ json, ndjson }: FormOptions): Form {
  if (json) return 'json';
  return ndjson ? 'ndjson' : 'table';
}
