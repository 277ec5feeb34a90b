import type * as entities from '../generated/entities.ts';

/** A signed-in browser, as the API shows it: every field is there. */
export type Session = Required<entities.Session>;
