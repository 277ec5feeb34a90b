import type { Clock } from '../clock.ts';
import type { Environment } from '../environment.ts';
import type { Faults } from '../faults/faults.ts';

export interface Controls {
  readonly environment: Environment;
  readonly faults: Faults;
  readonly clock: Clock;
}
