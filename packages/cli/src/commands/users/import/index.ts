import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../../../arguments.ts';
import { type ApiOptions, addApiOptions, clientFor } from '../../../client.ts';
import type { Context } from '../../../context.ts';
import { CommandFailure, UsageError } from '../../../failures.ts';
import { fileFailure, pathIn } from '../../../files.ts';
import { printable } from '../../../output/printable.ts';
import { type Progress, startProgress } from '../../../output/progress.ts';
import { addFormOptions, type FormOptions, formOf, writeRecords } from '../../../output/records.ts';
import { type FileFormat, formatOf } from '../user-lines.ts';
import { readCsv } from './csv-lines.ts';
import { countLines, type Input, readBytes, readNdjson } from './input.ts';
import { type Journal, noJournal, openJournal } from './journal.ts';
import { readWish } from './new-user.ts';
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
An import that is not finished has
FILE.torii-import beside it: the same
command goes on with it, and creates
nobody twice.

Examples:
  $ torii users import users.csv --dry-run
  $ torii users import users.csv --rejects failed.csv
  $ torii users import users.ndjson --secret-key-file other.key`;

/** How long what was sent may wait for its answer after Ctrl-C. */
const patienceMs = 5_000;

/** `torii users import` */
export function addUsersImport(users: Command, context: Context): void {
  addFormOptions(addApiOptions(users.command('import')))
    .argument('<file>', 'NDJSON or CSV; - is standard input')
    .description('Create the users of a file, and go on with it where it was stopped.')
    .addOption(
      new Option('-f, --format <format>', 'otherwise as the file is called, or ndjson').choices(['ndjson', 'csv']),
    )
    .option('-c, --concurrency <number>', 'how many at once, 1 to 32', wholeNumber(1, 32), 4)
    .addOption(new Option('--dry-run', 'check the lines and send nothing').conflicts(['rejects', 'journal']))
    .option('--rejects <file>', 'write the lines that failed here, to mend and import them')
    .option('--journal <file>', 'remember here what is done; FILE.torii-import where left out')
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
        const problem = input.kind === 'broken' ? input.problem : readWish(input.fields).problem;
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
    throw new UsageError('Standard input cannot hold both the users and the secret key: keep one of them in a file.');
  }
  const torii = await clientFor(context, options);
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  const patience = new AbortController();
  context.signal.addEventListener('abort', () => setTimeout(() => patience.abort(), patienceMs), { once: true });

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
    const sent = sendLines(lines, { torii, journal, concurrency, signal, patience: patience.signal, stop });
    await writeResults(context, options, report.follow(sent, progress.say, progress.advance, rejects?.add));
  } catch (error) {
    // What breaks after a stop breaks because of it.
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
    output.say(`${printable(journalFile)} remembers what is done: the same command goes on there.`);
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

  /** Lines that are done in one environment are not in another. One user of it says which it is. */
  async function demandSameEnvironment({ environmentId, note }: Journal): Promise<void> {
    if (journalFile === undefined) return;
    const { items } = await torii.users.list({ limit: 1 }, { signal });
    const found = items[0]?.environmentId ?? null;
    if (environmentId === null && found !== null) await note({ environmentId: found });
    if (environmentId === null || environmentId === found) return;
    throw new CommandFailure(
      `${journalFile} remembers an import into another environment. Give the secret key of that one, or another --journal.`,
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
    // Counted for people alone: a program that feeds a pipe has no use for a total.
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

/** Programs get a result for each line; people are told of those that were not created, as they come. */
async function writeResults({ output }: Context, options: FormOptions, results: AsyncIterable<object>): Promise<void> {
  const form = formOf(options);
  if (form !== 'table') return writeRecords(output, form, [], results);
  for await (const _ of results);
}
