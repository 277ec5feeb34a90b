import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock.ts';

/** What the stores of one environment need to read and write their records. */
export interface EnvironmentScope {
  readonly database: DatabaseSync;
  readonly environmentId: string;
  readonly clock: Clock;
  readonly createId: () => string;
}
