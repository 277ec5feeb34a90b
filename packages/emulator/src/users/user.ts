import type * as entities from '../generated/entities.ts';

/** A user, in the format of the REST API. Every field is present. */
export interface User extends Required<entities.User> {}

export type UserStatus = User['status'];
