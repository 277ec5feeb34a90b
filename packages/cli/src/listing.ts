import type { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { Context } from './context.ts';
import { CommandFailure } from './failures.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from './output/records.ts';
import type { Column } from './output/table.ts';

export interface ListOptions extends FormOptions {
  readonly limit: number;
  readonly all?: true;
}

/** Adds `--limit`, `--all` and the options for the form. `things` is a plural, such as `users`. */
export function addListOptions(command: Command, things: string): Command {
  return addFormOptions(command)
    .option('--limit <number>', `list at most this many ${things}`, wholeNumber(1, 1_000_000), 20)
    .option('--all', `list all ${things}`);
}

export interface Listing<T> {
  readonly things: string;
  readonly columns: readonly Column<T>[];
  readonly isFiltered?: boolean;
  /** Starts the listing with pages of this size. */
  list(pageSize: number): AsyncIterable<T>;
}

/** Writes the first records of a listing, and says if there are more. */
export async function writeList<T>(
  { output }: Context,
  options: ListOptions,
  { things, columns, isFiltered = false, list }: Listing<T>,
): Promise<void> {
  const limit = options.all ? Number.POSITIVE_INFINITY : options.limit;
  let areMore = false;

  async function* upToLimit(): AsyncGenerator<T> {
    let left = limit;
    for await (const record of list(Math.min(limit, 100))) {
      if (left-- === 0) {
        areMore = true;
        return;
      }
      yield record;
    }
  }

  const whenEmpty = isFiltered ? `No ${things} match.` : `No ${things}.`;
  await writeRecords(output, formOf(options), columns, upToLimit(), { whenEmpty });
  if (areMore)
    output.say(`There are more ${things}. Use --all to list all of them, or a --limit larger than ${limit}.`);
}

/**
 * Checks the items of a list. The REST client does not look into the items of a page.
 *
 * @throws CommandFailure if an item has no text in the field `key`: something else than Torii's API has answered
 */
export async function* demandEach<T>(items: AsyncIterable<T>, key: keyof T & string, what: string): AsyncGenerator<T> {
  for await (const item of items) {
    demandItems([item], key, what);
    yield item;
  }
}

/** Checks the items of a page. Throws like {@link demandEach}. */
export function demandItems<T>(items: readonly T[], key: keyof T & string, what: string): void {
  if (items.every((item) => typeof Object(item)[key] === 'string')) return;
  throw new CommandFailure(
    `The response has an item that is not ${what}. Check that TORII_API_URL is the URL of Torii’s API.`,
  );
}
