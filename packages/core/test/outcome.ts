import { ToriiError } from '../src/index.ts';

/** How it ended: `accepted`, or the reason of our refusal. What is not our refusal is thrown on, and fails the test. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    return reasonOf(error);
  }
}

/** The same for a function that answers at once. */
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
