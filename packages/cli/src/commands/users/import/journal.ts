import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { CommandFailure } from '../../../failures.ts';
import { splitLines } from './input.ts';
import type { NewUser } from './new-user.ts';

/**
 * What earlier runs did with a line. `done`: the user was created, or the email is taken. `in_doubt`: the line was sent, but
 * the response never arrived. `undefined`: not sent, or certainly not created.
 */
export type Past = 'done' | 'in_doubt' | undefined;

export interface Journal {
  readonly environmentId: string | null;
  /** The path of the file to which an earlier run wrote failed lines, or `null` if there was no such file. */
  readonly rejects: string | null;
  pastOf(key: string): Past;
  /** Appends an entry. Resolves when the entry is flushed to the disk. */
  note(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
  remove(): Promise<void>;
}

/** An entry of the journal. Users are identified by a hash. Passwords are not stored at all, not even hashed. */
export type JournalEntry =
  | { readonly torii: 'import'; readonly version: 1 }
  | { readonly environmentId: string }
  | { readonly rejects: string }
  | { readonly begun: string }
  | { readonly created: string; readonly id: string }
  | { readonly taken: string }
  /** The user was certainly not created, so the line can be sent again. */
  | { readonly failed: string };

const header: JournalEntry = { torii: 'import', version: 1 };

export const noJournal: Journal = {
  environmentId: null,
  rejects: null,
  pastOf: () => undefined,
  note: async () => {},
  close: async () => {},
  remove: async () => {},
};

export async function openJournal(path: string): Promise<Journal> {
  const handle = await open(path, 'a+', 0o600);
  try {
    const { size, entries, ...known } = await readJournal(handle, path);
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
    // Ignore a line without an ending: a killed run wrote only a part of it. If it is the only line, ignore it only if
    // it is the beginning of a journal's header. Otherwise the file is not a journal.
    if (!isWhole && (!isFirst || lineOf(header).startsWith(line.toString('utf8')))) break;
    const entry = isWhole ? parse(line) : undefined;
    if (entry === undefined || isFirst !== 'torii' in entry) {
      throw new CommandFailure(`${path} is not the journal of an import. Choose another file with --journal.`);
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

/** Appends journal entries. Entries that arrive while the disk is busy are written together. */
function createAppender(handle: FileHandle, path: string, size: number): (entry: JournalEntry) => Promise<void> {
  let waiting: string[] = [];
  let length = size;
  let last: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    const data = Buffer.from(waiting.join(''));
    waiting = [];
    if (data.length === 0) return;
    if ((await handle.stat()).size !== length) {
      throw new CommandFailure(
        `Another import is writing to ${path}. Wait until it has finished, then run this again.`,
      );
    }
    await handle.appendFile(data);
    await handle.datasync();
    length += data.length;
  }

  return (entry) => {
    waiting.push(lineOf(entry));
    // After one failed write, all later writes fail too. This stops the import: a line of the input file is sent to the API
    // only after its journal entry is written.
    last = last.then(flush);
    return last;
  };
}

/** A copy in which the fields of all objects are in one order: another program may have written the file again. */
function sorted(object: object): object {
  const entries = Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, value]) => [name, sortedValue(value)]));
}

function sortedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedValue);
  return typeof value === 'object' && value !== null ? sorted(value) : value;
}

/**
 * Returns a function that gives each user of a file a key: a hash of the fields. A line keeps its key when it moves in the
 * file and gets a new one when it is edited. Repeated lines get a numbered key. The password is not hashed, because it could
 * be guessed from a fast hash by anyone who can read the journal.
 */
export function createKeys(): (user: NewUser) => string {
  const seen = new Map<string, number>();
  return ({ password: _, ...user }) => {
    const text = JSON.stringify(Object.entries(sorted(user)));
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return count === 1 ? hash : `${hash}.${count}`;
  };
}
