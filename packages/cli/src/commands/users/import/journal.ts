import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { CommandFailure } from '../../../failures.ts';
import { splitLines } from './input.ts';
import type { NewUser } from './new-user.ts';

/** What is known of a line from earlier runs: created or taken; or sent, and nobody knows what became of it. */
export type Past = 'done' | 'in_doubt' | undefined;

/** Remembers beside a file which of its lines are done, through every way a run can end. */
export interface Journal {
  /** Whose users they are; null as long as nobody knows. */
  readonly environmentId: string | null;
  /** Where an earlier run wrote the lines that failed. */
  readonly rejects: string | null;
  pastOf(key: string): Past;
  /** Notes something. When it resolves, it is on the disk. */
  note(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
  /** Everything is done: nothing needs to be remembered. */
  remove(): Promise<void>;
}

/** One line of a journal. It holds hashes of what was imported, and no password in any form. */
export type JournalEntry =
  | { readonly torii: 'import'; readonly version: 1 }
  | { readonly environmentId: string }
  | { readonly rejects: string }
  | { readonly begun: string }
  | { readonly created: string; readonly id: string }
  | { readonly taken: string }
  /** Certainly not created: it may be sent again. */
  | { readonly failed: string };

const header: JournalEntry = { torii: 'import', version: 1 };

/** A journal that remembers nothing, for standard input. */
export const noJournal: Journal = {
  environmentId: null,
  rejects: null,
  pastOf: () => undefined,
  note: async () => {},
  close: async () => {},
  remove: async () => {},
};

/**
 * Opens a journal, a new one or that of earlier runs.
 *
 * @throws CommandFailure where the file is something else
 */
export async function openJournal(path: string): Promise<Journal> {
  const handle = await open(path, 'a+', 0o600);
  try {
    const { size, entries, ...known } = await readJournal(handle, path);
    // The end of a line that a killed run did not finish.
    await handle.truncate(size);
    const append = createAppender(handle, path, size);
    if (size === 0) await append(header);
    let { environmentId, rejects } = known;
    return {
      get environmentId() {
        return environmentId;
      },
      get rejects() {
        return rejects;
      },
      pastOf: (key) => entries.get(key),
      async note(entry) {
        if ('environmentId' in entry) environmentId = entry.environmentId;
        if ('rejects' in entry) rejects = entry.rejects;
        await append(entry);
      },
      close: () => handle.close(),
      remove: () => rm(path, { force: true }),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface Remembered {
  /** The length of its whole lines. */
  readonly size: number;
  readonly environmentId: string | null;
  readonly rejects: string | null;
  readonly entries: ReadonlyMap<string, Past>;
}

async function readJournal(handle: FileHandle, path: string): Promise<Remembered> {
  const entries = new Map<string, Past>();
  let environmentId: string | null = null;
  let rejects: string | null = null;
  let size = 0;
  for await (const line of splitLines(handle.createReadStream({ start: 0, autoClose: false }))) {
    const isFirst = size === 0;
    const isWhole = line.at(-1) === 10;
    // The last line may be half written. Somebody else's must not be cut off for it.
    if (!isWhole && (!isFirst || lineOf(header).startsWith(line.toString('utf8')))) break;
    const entry = isWhole ? parse(line) : undefined;
    if (entry === undefined || isFirst !== 'torii' in entry) {
      throw new CommandFailure(`${path} is no journal of an import. Give another name with --journal.`);
    }
    size += line.length;
    if ('environmentId' in entry) environmentId = entry.environmentId;
    else if ('rejects' in entry) rejects = entry.rejects;
    else if ('begun' in entry) entries.set(entry.begun, 'in_doubt');
    else if ('created' in entry) entries.set(entry.created, 'done');
    else if ('taken' in entry) entries.set(entry.taken, 'done');
    else if ('failed' in entry) entries.delete(entry.failed);
  }
  return { size, environmentId, rejects, entries };
}

function lineOf(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function parse(line: Buffer): JournalEntry | undefined {
  try {
    const entry: unknown = JSON.parse(line.toString('utf8'));
    return typeof entry === 'object' && entry !== null ? (entry as JournalEntry) : undefined;
  } catch {
    return undefined;
  }
}

/** Adds entries to the file, those that come while the disk is busy in one go. */
function createAppender(handle: FileHandle, path: string, size: number): (entry: JournalEntry) => Promise<void> {
  let waiting: string[] = [];
  let length = size;
  let last: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    const data = Buffer.from(waiting.join(''));
    waiting = [];
    if (data.length === 0) return;
    if ((await handle.stat()).size !== length) {
      throw new CommandFailure(`Another import writes into ${path}. Wait until it is done, and run this again.`);
    }
    await handle.appendFile(data);
    await handle.datasync();
    length += data.length;
  }

  return (entry) => {
    waiting.push(lineOf(entry));
    // One after another. After a failure nothing more is noted, and so nothing more is sent.
    last = last.then(flush);
    return last;
  };
}

/**
 * Names each user of a file by what they are to become, so that a line keeps its name wherever it is moved, and another one
 * when it is mended. The second of two that are alike has a name of its own. A password has no part in it: a hash this fast
 * would tell it to whoever finds the journal.
 */
export function createKeys(): (user: NewUser) => string {
  const seen = new Map<string, number>();
  return ({ password: _, ...user }) => {
    const text = JSON.stringify(Object.entries(user).sort(([one], [other]) => (one < other ? -1 : 1)));
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return count === 1 ? hash : `${hash}.${count}`;
  };
}
