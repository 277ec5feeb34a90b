import { setTimeout as wait } from 'node:timers/promises';
import { ToriiApiError, type ToriiClient, ToriiConfigError, ToriiConnectionError, type User } from '@torii/api';
import { pMapIterable } from 'p-map';
import type { InputLine } from './input.ts';
import { createKeys, type Journal } from './journal.ts';
import { type NewUser, readWish } from './new-user.ts';

/** What became of a line. */
export type LineResult = { readonly line: number; readonly raw: Buffer } & (
  | { readonly outcome: 'created'; readonly id: string }
  /** Somebody has the email. After a run that was killed that may be the user whom it created. */
  | { readonly outcome: 'taken'; readonly email: string }
  /** An earlier run did it. */
  | { readonly outcome: 'earlier' }
  | { readonly outcome: 'failed'; readonly problem: string }
  | { readonly outcome: 'failed'; readonly error: unknown; readonly password: string | undefined }
  /** The run ended here, and the line is for the next one. */
  | { readonly outcome: 'left' }
);

export interface Sending {
  readonly torii: ToriiClient;
  readonly journal: Journal;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Ends what is under way. Later than `signal`, so that what was sent is answered and noted. */
  readonly patience: AbortSignal;
  /** Told of what makes it senseless to go on. No further line is sent. */
  stop(error: unknown): void;
}

/** What is to be done with a line, known when it was read. */
type Order =
  | { readonly input: InputLine; readonly problem: string }
  | { readonly input: InputLine; readonly user: NewUser; readonly key: string };

/** Creates the user of each line, several at once, and tells what became of them in the order of the file. */
export function sendLines(lines: AsyncIterable<InputLine>, sending: Sending): AsyncIterable<LineResult> {
  const { concurrency } = sending;
  return pMapIterable(readOrders(lines), (order) => carryOut(order, sending), {
    concurrency,
    // A line that takes long holds back the news of those behind it, and not the lines themselves.
    backpressure: concurrency * 8,
  });
}

/** One after another: the second of two lines that are alike is the one that stands below. */
async function* readOrders(lines: AsyncIterable<InputLine>): AsyncGenerator<Order> {
  const keyOf = createKeys();
  for await (const input of lines) {
    if (input.kind === 'broken') {
      yield { input, problem: input.problem };
      continue;
    }
    const { user, problem } = readWish(input.fields);
    yield user === undefined ? { input, problem } : { input, user, key: keyOf(user) };
  }
}

async function carryOut(order: Order, sending: Sending): Promise<LineResult> {
  const { torii, journal, signal, stop } = sending;
  const { line, raw } = order.input;
  if ('problem' in order) return { line, raw, outcome: 'failed', problem: order.problem };
  const { user, key } = order;
  const { email, password } = user;
  const past = journal.pastOf(key);
  if (past === 'done') return { line, raw, outcome: 'earlier' };
  if (past === 'in_doubt' && email === undefined) return { line, raw, outcome: 'failed', problem: doubt };
  if (signal.aborted) return { line, raw, outcome: 'left' };
  let created: User;
  try {
    await journal.note({ begun: key });
    created = await createUser(torii, user, sending);
  } catch (error) {
    return settleFailure(error);
  }
  try {
    if (journal.environmentId === null) await journal.note({ environmentId: created.environmentId });
    await journal.note({ created: key, id: created.id });
  } catch (error) {
    stop(error);
  }
  return { line, raw, outcome: 'created', id: created.id };

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

const doubt =
  'an earlier run sent it and had no answer, so the user may be there; it has no email to tell by, and is not sent again';

const mostAttempts = 5;

/**
 * Creates a user, and asks again where that cannot create a second one: an email is there once, and 429 says that nothing was
 * done, as no connection does. The client itself never repeats a create, since it does not know what the caller does about emails.
 */
async function createUser(
  torii: ToriiClient,
  user: NewUser,
  { signal, patience }: { readonly signal: AbortSignal; readonly patience: AbortSignal },
): Promise<User> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await torii.users.create(user, { signal: patience });
    } catch (error) {
      if (attempt === mostAttempts || signal.aborted || !isRepeatable(error, user)) throw error;
      await wait(waitBefore(attempt, error), undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}

/** Whether the user was certainly not created. */
function isRefusal(error: unknown): boolean {
  if (error instanceof ToriiApiError) return error.status < 500 && error.status !== 408;
  // Of a mistake in the input the client sends nothing.
  return error instanceof ToriiConfigError || hasStayedHere(error);
}

/** Whether a refusal is about this user alone, so that the next one may well be created. */
function isAboutUser(error: unknown): boolean {
  if (error instanceof ToriiApiError) return [400, 409, 413, 422].includes(error.status);
  return error instanceof ToriiConfigError;
}

function isRepeatable(error: unknown, { email }: NewUser): boolean {
  if (hasStayedHere(error)) return true;
  if (error instanceof ToriiApiError) return error.status === 429 || (email !== undefined && !isRefusal(error));
  return email !== undefined && error instanceof ToriiConnectionError && error.reason !== 'aborted';
}

/** Whether there was no connection that a request could have left through, as the client sees it too. */
function hasStayedHere(error: unknown): boolean {
  if (!(error instanceof ToriiConnectionError)) return false;
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (unconnected.includes(String(Reflect.get(cause, 'code')))) return true;
  }
  return false;
}

const unconnected = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'];

/** In milliseconds. As the API asks, up to a minute; else twice as long each time. */
function waitBefore(attempt: number, error: unknown): number {
  const asked = error instanceof ToriiApiError ? error.retryAfterSeconds : null;
  return asked === null ? 250 * 2 ** attempt : Math.min(asked, 60) * 1000;
}
