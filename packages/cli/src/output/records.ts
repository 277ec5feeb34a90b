import { type Command, Option } from 'commander';
import type { Output } from './output.ts';
import { printableJson } from './printable.ts';
import { type Column, drawCard, drawTable } from './table.ts';

export type Form = 'table' | 'json' | 'ndjson';

export interface FormOptions {
  readonly json?: true;
  readonly ndjson?: true;
}

export function addFormOptions(command: Command): Command {
  return command
    .addOption(new Option('--json', 'write JSON').conflicts('ndjson'))
    .addOption(new Option('--ndjson', 'write one JSON object per line').conflicts('json'));
}

export function formOf({ json, ndjson }: FormOptions): Form {
  if (json) return 'json';
  return ndjson ? 'ndjson' : 'table';
}

/**
 * Writes records as a table, a JSON array or NDJSON. JSON is streamed, so there can be any number of records. A table is
 * held in memory because its column widths depend on all rows.
 */
export async function writeRecords<T>(
  output: Output,
  form: Form,
  columns: readonly Column<T>[],
  records: Iterable<T> | AsyncIterable<T>,
  { whenEmpty }: { /** Shown on a terminal if there are no records. */ readonly whenEmpty?: string } = {},
): Promise<void> {
  if (form === 'table') {
    const rows: T[] = [];
    for await (const record of records) rows.push(record);
    if (rows.length === 0 && whenEmpty !== undefined && output.isTerminal) output.say(whenEmpty);
    return output.write(drawTable(output, columns, rows));
  }
  const [opening, between, end] = form === 'json' ? ['[', ',\n', ']\n'] : ['', '\n', ''];
  let before = opening;
  let count = 0;
  for await (const record of records) {
    await output.write(before + printableJson(record));
    before = between;
    count++;
  }
  await output.write(count === 0 ? opening + end : form === 'json' ? end : '\n');
}

export async function writeRecord<T>(
  output: Output,
  form: Form,
  columns: readonly Column<T>[],
  record: T,
  { textOf }: { /** Changes each string in the JSON. */ readonly textOf?: (text: string) => string } = {},
): Promise<void> {
  await output.write(form === 'table' ? drawCard(output, columns, record) : `${printableJson(record, textOf)}\n`);
}
