import { setTimeout as wait } from 'node:timers/promises';
import { ToriiApiError, type ToriiClient, ToriiConfigError, ToriiConnectionError, type User } from '@torii/api';
import type { NewUser } from './new-user.ts';

const mostAttempts = 5;

/**
 * Creates a user, and asks again where that cannot create a second one: an email is there once, and 429 says that nothing was
 * done, as no connection does. The client itself never repeats a create, since it does not know what the caller does about emails.
 */
export async function createUser(
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
export function isRefusal(error: unknown): boolean {
  if (error instanceof ToriiApiError) return error.status < 500 && error.status !== 408;
  // Of a mistake in the input the client sends nothing.
  return error instanceof ToriiConfigError || hasStayedHere(error);
}

/** Whether a refusal is about this user alone, so that the next one may well be created. */
export function isAboutUser(error: unknown): boolean {
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
