import type * as entities from '../generated/entities.ts';

/** A user, in the format of the REST API. Every field is present. */
export interface User extends Required<entities.User> {}

export type UserStatus = User['status'];

/** The metadata of a user. The three bags together have at most 8 KB of JSON. */
export type UserBags = Pick<User, 'publicMetadata' | 'privateMetadata' | 'unsafeMetadata'>;
