import type { Clock } from '../clock.ts';
import type { Environment } from '../environment.ts';
import type { Faults } from '../faults/faults.ts';
import type { Traffic } from '../faults/traffic.ts';

/** What the dashboard shows and changes. */
export interface DashboardSubject {
  readonly environment: Environment;
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly clock: Clock;
  /** The issuers of all environments, by name. */
  readonly issuers: ReadonlyMap<string, string>;
}
