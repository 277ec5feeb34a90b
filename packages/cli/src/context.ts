import type { Output } from './output/output.ts';
import type { Surroundings } from './surroundings.ts';

/** What a command has to work with. */
export interface Context extends Surroundings {
  readonly output: Output;
}
