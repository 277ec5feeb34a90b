import { setTimeout as wait } from 'node:timers/promises';
import { ToriiApiError, type ToriiClient, ToriiConfigError, ToriiConnectionError, type User } from '@torii/api';
import type { NewUser } from './new-user.ts';

const mostAttempts = 5;

/**
 * Creates a user, and asks again where that cannot create a second one: an email is there once, and 429 says that nothing was
 * done. The client itself never repeats a create, since it does not know what the caller does about emails.
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
  // Found before anything was sent.
  return error instanceof ToriiConfigError;
}

/** Whether a refusal is about this user alone, so that the next one may well be created. */
export function isAboutUser(error: unknown): boolean {
  return error instanceof ToriiApiError ? [400, 409, 413, 422].includes(error.status) : isRefusal(error);
}

function isRepeatable(error: unknown, { email }: NewUser): boolean {
  if (error instanceof ToriiApiError && error.status === 429) return true;
  const isPassing = error instanceof ToriiConnectionError || error instanceof ToriiApiError;
  return email !== undefined && isPassing && !isRefusal(error);
}

/** In milliseconds. As the API asks, up to a minute; else twice as long each time. */
function waitBefore(attempt: number, error: unknown): number {
  const asked = error instanceof ToriiApiError ? error.retryAfterSeconds : null;
  return asked === null ? 250 * 2 ** attempt : Math.min(asked, 60) * 1000;
}
