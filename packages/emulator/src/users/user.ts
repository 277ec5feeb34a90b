import type * as entities from '../generated/entities.ts';

/** A user, as the API shows it: every field is there. */
export type User = Required<entities.User>;

export type UserStatus = User['status'];
