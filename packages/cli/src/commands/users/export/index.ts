import { ToriiApiError, type ToriiClient, type User } from '@torii/api';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../../client.ts';
import type { Context } from '../../../context.ts';
import { CommandFailure, OutputClosed, UsageError } from '../../../failures.ts';
import { codeOf, fileFailure, pathIn } from '../../../files.ts';
import { printable } from '../../../output/printable.ts';
import { startProgress } from '../../../output/progress.ts';
import { addFilterOptions, type FilterOptions, filterOf } from '../filter.ts';
import { type FileFormat, formatOf, userLines } from '../user-lines.ts';
import { openExportFile } from './file.ts';

interface ExportOptions extends ApiOptions, FilterOptions {
  readonly format?: FileFormat;
  readonly pageSize: number;
  readonly restart?: true;
}

const examples = `
A file that is not finished has
FILE.torii-export beside it: the same
command goes on with it.

Examples:
  $ torii users export users.ndjson
  $ torii users export users.csv --status active
  $ torii users export --format csv | gzip > users.csv.gz`;

/** `torii users export` */
export function addUsersExport(users: Command, context: Context): void {
  addApiOptions(addFilterOptions(users.command('export')))
    .argument('[file]', 'where to; standard output where left out')
    .description('Write users into a file, and go on with it where it was stopped.')
    .addOption(
      new Option('-f, --format <format>', 'otherwise as the file is called, or ndjson').choices(['ndjson', 'csv']),
    )
    .option('--page-size <number>', 'users to a request', wholeNumber(1, 100), 100)
    .option('--restart', 'begin an unfinished file anew')
    .addHelpText('after', examples)
    .action((file: string | undefined, options: ExportOptions) =>
      file === undefined ? exportToOutput(context, options) : exportToFile(context, file, options),
    );
}

async function exportToOutput(context: Context, options: ExportOptions): Promise<void> {
  const { output, signal, stdout } = context;
  if (options.restart) throw new UsageError('--restart is for a file: standard output always begins anew.');
  const torii = await clientFor(context, options);
  const { header, linesOf } = await userLines(options.format ?? 'ndjson');
  // A bar among the users themselves would be in the way.
  const progress = stdout.isTTY === true ? undefined : startProgress(context, { title: 'users' });
  let count = 0;
  try {
    await output.write(header);
    for await (const { items } of pagesOf(torii, options, null, signal)) {
      await output.write(linesOf(items));
      count += items.length;
      progress?.advance(items.length);
    }
  } catch (error) {
    progress?.end();
    const isEnough = output.closed.reason instanceof OutputClosed;
    if (!isEnough) output.say(`${count} users were written. An export into a file can be gone on with: give one.`);
    throw error;
  } finally {
    progress?.end();
  }
  output.say(`${count} users.`);
}

async function exportToFile(context: Context, file: string, options: ExportOptions): Promise<void> {
  const { output, signal, cwd } = context;
  const torii = await clientFor(context, options);
  const format = options.format ?? formatOf(file);
  const lines = await userLines(format);
  const path = pathIn(cwd, file);
  const asked = JSON.stringify({ format, ...filterOf(options) });
  const target = await openExportFile(path, { asked, header: lines.header, restart: options.restart === true }).catch(
    (error: unknown) => {
      throw fileFailure(error, file);
    },
  );
  const { users, cursor } = target.note;
  if (users > 0) output.say(`Going on with ${printable(file)}, which has ${users} users.`);
  const progress = startProgress(context, { title: 'users' });
  progress.advance(users);
  try {
    await addPages();
    await target.finish();
  } catch (error) {
    progress.end();
    await target.pause();
    const { users: saved } = target.note;
    const again = `${saved} users are saved in ${printable(file)}: the same command goes on there.`;
    if (signal.aborted || codeOf(error) !== 'ENOSPC') output.say(again);
    else throw new CommandFailure(`The disk is full. Make room. ${again}`, { cause: error });
    throw fileFailure(error, file);
  } finally {
    progress.end();
    await target.close();
  }
  output.say(`${target.note.users} users are in ${printable(file)}.`);

  async function addPages(): Promise<void> {
    for await (const { items, nextCursor } of pagesOf(torii, options, cursor, signal)) {
      const environmentId = demandEnvironment(items, file, target.note.environmentId);
      const page = { cursor: nextCursor, environmentId, users: items.length };
      await target.add(lines.linesOf(items), page);
      progress.advance(items.length);
    }
  }
}

type UserPages = ReturnType<ReturnType<ToriiClient['users']['list']>['pages']>;

function pagesOf(torii: ToriiClient, options: ExportOptions, cursor: string | null, signal: AbortSignal): UserPages {
  const query = { ...filterOf(options), limit: options.pageSize, cursor };
  const pages = torii.users.list(query, { signal }).pages();
  return cursor === null ? pages : explained(pages);
}

/** A refusal of the very first request of a run that goes on says that its place is not known any more. */
async function* explained(pages: UserPages): AsyncGenerator<Awaited<ReturnType<ToriiClient['users']['list']>>> {
  let isFirst = true;
  try {
    for await (const page of pages) {
      isFirst = false;
      yield page;
    }
  } catch (error) {
    if (!isFirst || !(error instanceof ToriiApiError) || error.status !== 400) throw error;
    throw new CommandFailure(
      'Torii does not know the place any more where this export was stopped. Give --restart to begin anew. Is it the key of the same environment?',
      { cause: error },
    );
  }
}

/** Half a file of one environment and half of another would be nobody's users. */
function demandEnvironment(items: readonly User[], file: string, noted: string | null): string | null {
  const found = items[0]?.environmentId ?? noted;
  if (noted === null || found === noted) return found;
  throw new CommandFailure(
    `${file} holds users of another environment. Give the secret key that it was begun with, or --restart to begin anew.`,
  );
}
