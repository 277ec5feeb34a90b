import { ToriiApiError, type ToriiClient, ToriiConfigError, ToriiConnectionError, type User } from '@torii/api';
import { onAbort, readConnectionFailure } from '@torii/core/internal';
import { pMapIterable } from 'p-map';
import { isKeyRefused } from '../../../failure-text.ts';
import { environmentOf } from '../environment.ts';
import { lostFields } from '../kept-fields.ts';
import type { InputLine } from './input.ts';
import { createKeys, type Journal } from './journal.ts';
import { type NewUser, readNewUser } from './new-user.ts';

export type LineResult = { readonly line: number; readonly raw: Buffer } & (
  | {
      readonly outcome: 'created';
      readonly id: string;
      /** Fields of the line that this version of Torii does not store. */
      readonly ignored?: readonly string[];
    }
  /**
   * A user with this email already exists. If an earlier run was killed, it may have created that user from this line.
   */
  | { readonly outcome: 'taken'; readonly email: string }
  | { readonly outcome: 'earlier' }
  | { readonly outcome: 'failed'; readonly problem: string }
  | { readonly outcome: 'failed'; readonly error: unknown; readonly password: string | undefined }
  /** The run ended before this line was sent. The next run sends it. */
  | { readonly outcome: 'left' }
);

export interface Sending {
  readonly client: ToriiClient;
  readonly journal: Journal;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Cancels requests in flight. Aborted some time after `signal`, so that responses can still be recorded. */
  readonly requestSignal: AbortSignal;
  /** Called with an error that later lines would meet too, such as a wrong secret key. No further line is sent. */
  stop(error: unknown): void;
}

type Task =
  | { readonly input: InputLine; readonly problem: string }
  | { readonly input: InputLine; readonly user: NewUser; readonly key: string };

export function sendLines(lines: AsyncIterable<InputLine>, sending: Sending): AsyncIterable<LineResult> {
  const { concurrency } = sending;
  return pMapIterable(readTasks(lines), (task) => runTask(task, sending), {
    concurrency,
    // Buffer results: they are yielded in the order of the file, and one slow request must not hold up later lines.
    backpressure: concurrency * 8,
  });
}

/**
 * Validates each line and gives each user a key: a hash of the fields, with a number for repeated lines. Lines are read
 * one after another, so that these numbers are the same in every run.
 */
async function* readTasks(lines: AsyncIterable<InputLine>): AsyncGenerator<Task> {
  const keyOf = createKeys();
  for await (const input of lines) {
    if (input.kind === 'broken') {
      yield { input, problem: input.problem };
      continue;
    }
    const { user, problem } = readNewUser(input.fields);
    yield user === undefined ? { input, problem } : { input, user, key: keyOf(user) };
  }
}

async function runTask(task: Task, sending: Sending): Promise<LineResult> {
  const { client, journal, signal, stop } = sending;
  const { line, raw } = task.input;
  if ('problem' in task) return { line, raw, outcome: 'failed', problem: task.problem };
  const { user, key } = task;
  const { email, password } = user;
  const past = journal.pastOf(key);
  if (past === 'done') return { line, raw, outcome: 'earlier' };
  if (past === 'in_doubt' && email === undefined) return { line, raw, outcome: 'failed', problem: mayBeCreated };
  if (signal.aborted) return { line, raw, outcome: 'left' };
  let created: User;
  try {
    await journal.note({ begun: key });
    created = await createUser(client, user, sending);
  } catch (error) {
    return settleFailure(error);
  }
  try {
    const environmentId = environmentOf(created);
    if (journal.environmentId === null && environmentId !== null) await journal.note({ environmentId });
    await journal.note({ created: key, id: created.id });
  } catch (error) {
    stop(error);
  }
  const ignored = lostFields(user, created);
  return { line, raw, outcome: 'created', id: created.id, ...(ignored.length > 0 && { ignored }) };

  async function settleFailure(error: unknown): Promise<LineResult> {
    const isTaken = error instanceof ToriiApiError && error.code === 'email_taken';
    try {
      if (isTaken) await journal.note({ taken: key });
      else if (isRefusal(error)) await journal.note({ failed: key });
    } catch (cause) {
      stop(cause);
    }
    if (isTaken) return { line, raw, outcome: 'taken', email: email ?? '' };
    if (isAboutUser(error)) return { line, raw, outcome: 'failed', error, password };
    stop(error);
    return { line, raw, outcome: 'left' };
  }
}

const mayBeCreated =
  'an earlier run sent this line and got no response, so the user may exist; it has no email to check for duplicates and is not sent again';

const maxAttempts = 5;

/**
 * Creates a user. Retries only if a retry cannot create a second user: the user has an email, which is unique, or the error
 * proves that nothing was created (429, or the request never left). The client does not retry: if it did, a call could end in
 * a timeout, which proves nothing, although each of its attempts failed to connect.
 */
async function createUser(
  client: ToriiClient,
  user: NewUser,
  { signal, requestSignal }: Pick<Sending, 'signal' | 'requestSignal'>,
): Promise<User> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.users.create(user, { signal: requestSignal, maxRetries: 0 });
    } catch (error) {
      if (attempt === maxAttempts || signal.aborted || !isRepeatable(error, user)) throw error;
      await wait(waitBefore(attempt, error), signal);
      if (signal.aborted) throw error;
    }
  }
}

/** Whether the user was certainly not created. A ToriiConfigError means that nothing was sent, or that the key was refused. */
function isRefusal(error: unknown): boolean {
  if (error instanceof ToriiApiError) return error.status < 500 && error.status !== 408;
  return error instanceof ToriiConfigError || wasNeverSent(error);
}

function isAboutUser(error: unknown): boolean {
  if (error instanceof ToriiApiError) return [400, 409, 413, 422].includes(error.status);
  return error instanceof ToriiConfigError && !isKeyRefused(error);
}

function isRepeatable(error: unknown, { email }: NewUser): boolean {
  // Another attempt would meet the same failure, such as an untrusted certificate.
  if (error instanceof ToriiConnectionError && readConnectionFailure(error.cause).remedy !== undefined) return false;
  if (wasNeverSent(error)) return true;
  if (error instanceof ToriiApiError) return error.status === 429 || (email !== undefined && !isRefusal(error));
  return email !== undefined && error instanceof ToriiConnectionError && error.reason !== 'aborted';
}

function wasNeverSent(error: unknown): boolean {
  return error instanceof ToriiConnectionError && !error.mayHaveArrived;
}

/** Ends early if the signal is aborted. Not `timers/promises`: up to 32 waits with one signal make Node 20 warn of a leak. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    const unsubscribe = onAbort(signal, end);
    function end(): void {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    }
  });
}

/** Returns the wait in milliseconds: the Retry-After of the API, at most a minute, otherwise exponential backoff. */
function waitBefore(attempt: number, error: unknown): number {
  const asked = error instanceof ToriiApiError ? error.retryAfterSeconds : null;
  return asked === null ? 250 * 2 ** attempt : Math.min(asked, 60) * 1000;
}
