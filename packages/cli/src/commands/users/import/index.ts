import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../../client.ts';
import type { Context } from '../../../context.ts';
import { CommandFailure, UsageError } from '../../../failures.ts';
import { fileFailure, pathIn } from '../../../files.ts';
import { demandItems } from '../../../listing.ts';
import { printable } from '../../../output/printable.ts';
import { type Progress, startProgress } from '../../../output/progress.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../../output/records.ts';
import { environmentOf } from '../environment.ts';
import { type FileFormat, formatOf } from '../user-lines.ts';
import { readCsv } from './csv-lines.ts';
import { countLines, type Input, readBytes, readNdjson } from './input.ts';
import { type Journal, noJournal, openJournal } from './journal.ts';
import { readNewUser } from './new-user.ts';
import { openRejects, type Rejects } from './rejects.ts';
import { startReport } from './report.ts';
import { sendLines } from './send-lines.ts';

interface ImportOptions extends ApiOptions, FormOptions {
  readonly format?: FileFormat;
  readonly concurrency: number;
  readonly dryRun?: true;
  readonly rejects?: string;
  readonly journal?: string;
}

const examples = `
FILE.torii-import keeps the progress.
To resume an import that was stopped,
run the same command again. No user is
created twice.

Examples:
  $ torii users import users.csv --dry-run
  $ torii users import users.csv --rejects failed.csv
  $ torii users import users.ndjson --secret-key-file other.key`;

/** After Ctrl-C, how long to wait for the responses to requests in flight. */
const gracePeriodMs = 5_000;

export function addUsersImport(users: Command, context: Context): void {
  addFormOptions(addApiOptions(users.command('import')))
    .argument('<file>', 'NDJSON or CSV; - is standard input')
    .description('Create users from a file, or resume an import that was stopped.')
    .addOption(
      new Option('-f, --format <format>', 'file format; default: by the extension of the file, or ndjson').choices([
        'ndjson',
        'csv',
      ]),
    )
    .option('-c, --concurrency <number>', 'requests at the same time, 1 to 32', wholeNumber(1, 32), 4)
    .addOption(new Option('--dry-run', 'check the lines without sending them').conflicts(['rejects', 'journal']))
    .option('--rejects <file>', 'write failed lines to this file, to fix and import them')
    .option('--journal <file>', 'keep the progress in this file; default: FILE.torii-import')
    .addHelpText('after', examples)
    .action((file: string, options: ImportOptions) =>
      options.dryRun ? checkLines(context, file, options) : importLines(context, file, options),
    );
}

async function checkLines(context: Context, file: string, options: ImportOptions): Promise<void> {
  const { lines } = await openInput(context, file, options, context.signal);
  const report = startReport(context);
  const results = report.follow(
    (async function* () {
      for await (const input of lines) {
        const problem = input.kind === 'broken' ? input.problem : readNewUser(input.fields).problem;
        const { line, raw } = input;
        yield problem === undefined
          ? ({ line, raw, outcome: 'good' } as const)
          : ({ line, raw, outcome: 'failed', problem } as const);
      }
    })(),
    context.output.say,
  );
  await writeResults(context, options, results);
  context.output.say(`Nothing was sent. ${report.summary()}`);
  report.demandSuccess();
}

async function importLines(context: Context, file: string, options: ImportOptions): Promise<void> {
  const { output, cwd } = context;
  if (file === '-' && options.secretKeyFile === '-') {
    throw new UsageError(
      'Both the users and the secret key would be read from standard input. Put one of them in a file.',
    );
  }
  const client = await clientFor(context, options);
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  const requests = new AbortController();
  context.signal.addEventListener('abort', () => setTimeout(() => requests.abort(), gracePeriodMs), { once: true });

  const { header, lines } = await openInput(context, file, options, signal);
  const journalFile = options.journal ?? (file === '-' ? undefined : `${file}.torii-import`);
  const journal = await openJournalFor(journalFile);
  const report = startReport(context);
  let rejects: Rejects | undefined;
  let progress: Progress | undefined;
  try {
    await demandSameEnvironment(journal);
    if (options.rejects !== undefined) rejects = await openRejectsFor(options.rejects);
    progress = await startBar();
    const { concurrency } = options;
    const stop = (error: unknown) => stopping.abort(error);
    const sent = sendLines(lines, { client, journal, concurrency, signal, requestSignal: requests.signal, stop });
    await writeResults(context, options, report.follow(sent, progress.say, progress.advance, rejects?.add));
  } catch (error) {
    if (!signal.aborted) throw fileFailure(error, journalFile ?? file);
  } finally {
    progress?.end();
    await rejects?.close();
    await journal.close();
  }
  const isOver = !signal.aborted && report.failed === 0;
  if (isOver) await journal.remove();
  output.say(report.summary());
  if (!isOver && journalFile !== undefined) {
    output.say(`The progress is saved in ${printable(journalFile)}. Run the same command again to resume.`);
  }
  context.signal.throwIfAborted();
  if (signal.aborted) throw fileFailure(stopping.signal.reason, journalFile ?? file);
  report.demandSuccess();

  async function openJournalFor(path: string | undefined): Promise<Journal> {
    if (path === undefined) return noJournal;
    return openJournal(pathIn(cwd, path)).catch((error: unknown) => {
      throw fileFailure(error, path);
    });
  }

  /**
   * Refuses to resume an import in another environment: the lines that the journal lists as done were not imported
   * there. Fetches one user, because the API reports the id of the environment only as a field of a user.
   */
  async function demandSameEnvironment({ environmentId, note }: Journal): Promise<void> {
    if (journalFile === undefined) return;
    const { items } = await client.users.list({ limit: 1 }, { signal });
    demandItems(items, 'id', 'a user');
    const found = environmentOf(items[0]);
    if (environmentId === null && found !== null) await note({ environmentId: found });
    if (environmentId === null || environmentId === found) return;
    throw new CommandFailure(
      `${journalFile} belongs to an import into another environment. Use the secret key of that environment, or another --journal.`,
    );
  }

  async function openRejectsFor(path: string): Promise<Rejects> {
    const absolute = resolve(cwd, path);
    const opened = await openRejects(pathIn(cwd, path), header, journal.rejects === absolute).catch(
      (error: unknown) => {
        throw fileFailure(error, path);
      },
    );
    await journal.note({ rejects: absolute });
    return opened;
  }

  async function startBar(): Promise<Progress> {
    // Count the lines only if a progress bar is shown, because counting reads the whole file. Never count the lines of
    // standard input, because it cannot be read twice.
    const isShown = context.stderr.isTTY === true && file !== '-';
    const total = isShown ? await countLines(readBytes(context, file, signal)) : undefined;
    return startProgress(context, { title: 'lines', ...(total !== undefined && { total }) });
  }
}

async function openInput(context: Context, file: string, options: ImportOptions, signal: AbortSignal): Promise<Input> {
  const bytes = readBytes(context, file, signal);
  const { format = formatOf(file) } = options;
  return format === 'csv' ? readCsv(bytes) : readNdjson(bytes);
}

async function writeResults({ output }: Context, options: FormOptions, results: AsyncIterable<object>): Promise<void> {
  const form = formOf(options);
  if (form !== 'table') return writeRecords(output, form, [], results);
  // Read all results although none is written: lines are only imported while the results are read.
  for await (const _ of results);
}
