import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock.ts';

/** What the records of one environment are read and written with. */
export interface EnvironmentScope {
  readonly database: DatabaseSync;
  readonly environmentId: string;
  readonly clock: Clock;
  readonly createId: () => string;
}
