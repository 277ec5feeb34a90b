import type { Expectation } from './case-table.ts';
import type { Level } from './features.ts';
import type { RawAnswer } from './raw-request.ts';

/** A response, what it must be, and what else is known. */
export interface Judged {
  readonly given: RawAnswer;
  readonly wanted: Expectation;
  /** The handlers that ran. Undefined if the server does not say. */
  readonly visits: readonly string[] | undefined;
  readonly method: string;
  readonly level: Level;
  /** Texts that no response may contain. */
  readonly secrets: readonly string[];
}
