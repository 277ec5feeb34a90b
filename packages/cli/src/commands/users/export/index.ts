import { ToriiApiError, type ToriiClient, type User } from '@torii/api';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../../client.ts';
import type { Context } from '../../../context.ts';
import { CommandFailure, OutputClosed, UsageError } from '../../../failures.ts';
import { codeOf, fileFailure, pathIn } from '../../../files.ts';
import { demandItems } from '../../../listing.ts';
import { printable, printableLines } from '../../../output/printable.ts';
import { startProgress } from '../../../output/progress.ts';
import { environmentOf } from '../environment.ts';
import { addFilterOptions, demandOrganization, type FilterOptions, filterOf, isMatch } from '../filter.ts';
import { type FileFormat, formatOf, userLines } from '../user-lines.ts';
import { openExportFile } from './file.ts';

interface ExportOptions extends ApiOptions, FilterOptions {
  readonly format?: FileFormat;
  readonly pageSize: number;
  readonly restart?: true;
}

const examples = `
FILE.torii-export keeps the progress.
To resume an export that was stopped,
run the same command again.

Examples:
  $ torii users export users.ndjson
  $ torii users export users.csv --status active
  $ torii users export --format csv | gzip > users.csv.gz`;

export function addUsersExport(users: Command, context: Context): void {
  addApiOptions(addFilterOptions(users.command('export')))
    .argument('[file]', 'file to write; default: standard output')
    .description('Export users to a file, or resume an export that was stopped.')
    .addOption(
      new Option('-f, --format <format>', 'file format; default: by the extension of the file, or ndjson').choices([
        'ndjson',
        'csv',
      ]),
    )
    .option('--page-size <number>', 'users per request', wholeNumber(1, 100), 100)
    .option('--restart', 'start an unfinished export again')
    .addHelpText('after', examples)
    .action((file: string | undefined, options: ExportOptions) =>
      file === undefined ? exportToOutput(context, options) : exportToFile(context, file, options),
    );
}

async function exportToOutput(context: Context, options: ExportOptions): Promise<void> {
  const { output, signal, stdout } = context;
  if (options.restart)
    throw new UsageError(
      '--restart needs a file. Leave it out: an export to standard output always starts from the beginning.',
    );
  const client = await clientFor(context, options);
  await demandOrganization(client, filterOf(options), signal);
  const { header, linesOf } = await userLines(options.format ?? 'ndjson');
  // No progress bar if standard output is a terminal: the bar would be mixed with the users.
  const progress = stdout.isTTY === true ? undefined : startProgress(context, { title: 'users' });
  const filter = filterOf(options);
  let count = 0;
  try {
    await output.write(header);
    for await (const { items } of pagesOf(client, options, null, signal)) {
      demandItems(items, 'id', 'a user');
      const users = items.filter((user) => isMatch(filter, user));
      const lines = linesOf(users);
      // Values are written unchanged to a file or a pipe.
      await output.write(output.isTerminal ? printableLines(lines) : lines);
      count += users.length;
      progress?.advance(users.length);
    }
  } catch (error) {
    progress?.end();
    const hasReaderLeft = output.closed.reason instanceof OutputClosed;
    if (!hasReaderLeft) {
      output.say(`${count} users were written. To be able to resume an export, write it to a file.`);
    }
    throw error;
  } finally {
    progress?.end();
  }
  output.say(`${count} users were exported.`);
}

async function exportToFile(context: Context, file: string, options: ExportOptions): Promise<void> {
  const { output, signal, cwd } = context;
  const client = await clientFor(context, options);
  await demandOrganization(client, filterOf(options), signal);
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
  if (users > 0) output.say(`Resuming ${printable(file)}, which has ${users} users.`);
  const progress = startProgress(context, { title: 'users' });
  progress.advance(users);
  try {
    await addPages();
    await target.finish();
  } catch (error) {
    progress.end();
    await target.pause();
    const { users: saved } = target.note;
    const hint = `${saved} users are saved in ${printable(file)}. Run the same command again to resume.`;
    if (signal.aborted || codeOf(error) !== 'ENOSPC') output.say(hint);
    else throw new CommandFailure(`The disk is full. Free some space. ${hint}`, { cause: error });
    throw fileFailure(error, file);
  } finally {
    progress.end();
    await target.close();
  }
  output.say(`${target.note.users} users were exported to ${printable(file)}.`);

  async function addPages(): Promise<void> {
    const filter = filterOf(options);
    for await (const { items, nextCursor } of pagesOf(client, options, cursor, signal)) {
      demandItems(items, 'id', 'a user');
      const environmentId = demandEnvironment(items, file, target.note.environmentId);
      const kept = items.filter((user) => isMatch(filter, user));
      await target.add(lines.linesOf(kept), { cursor: nextCursor, environmentId, users: kept.length });
      progress.advance(kept.length);
    }
  }
}

type UserPages = ReturnType<ReturnType<ToriiClient['users']['list']>['pages']>;

function pagesOf(client: ToriiClient, options: ExportOptions, cursor: string | null, signal: AbortSignal): UserPages {
  const query = { ...filterOf(options), limit: options.pageSize, cursor };
  const pages = client.users.list(query, { signal }).pages();
  return cursor === null ? pages : explained(pages);
}

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
      'Torii does not accept the position at which this export was stopped. ' +
        'Check that the secret key is of the same environment, or use --restart to start again.',
      { cause: error },
    );
  }
}

function demandEnvironment(items: readonly User[], file: string, noted: string | null): string | null {
  const found = environmentOf(items[0]) ?? noted;
  if (noted === null || found === noted) return found;
  throw new CommandFailure(
    `${file} holds users of another environment. Use the secret key of that environment, or --restart to start again.`,
  );
}
