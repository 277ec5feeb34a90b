export { runTorii } from './commands/index.ts';
export type { Surroundings } from './surroundings.ts';
