import { ToriiError } from '../src/index.ts';

/** `accepted`, or the reason of the refusal. Errors that are not a ToriiError are rethrown, and fail the test. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    return reasonOf(error);
  }
}

/** The same for a synchronous function. */
export function outcomeOfCall(work: () => unknown): string {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ToriiError)) throw error;
  return String(error.toJSON().reason ?? error.code);
}
