import type * as entities from '../generated/entities.ts';

/** The session of a signed-in browser, in the format of the REST API. Every field is present. */
export type Session = Required<entities.Session>;
