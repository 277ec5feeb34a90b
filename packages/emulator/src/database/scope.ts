import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock.ts';

export interface EnvironmentScope {
  readonly database: DatabaseSync;
  readonly environmentId: string;
  readonly clock: Clock;
  readonly createId: () => string;
}
