import type { Answered } from '../answered.ts';
import type * as entities from '../generated/entities.ts';

type OptionalField = 'email' | 'name' | 'firstName' | 'lastName' | 'locale' | 'emailVerifiedAt' | 'deletedAt';
type DeprecatedField = 'phone' | 'address' | 'dateOfBirth';

/** A user, in the format of the REST API. Every field is present. */
export interface User extends Answered<entities.User, OptionalField | DeprecatedField> {}

export type UserStatus = User['status'];

/** The metadata of a user. The three bags together have at most 8 KB of JSON. */
export type UserBags = Pick<User, 'publicMetadata' | 'privateMetadata' | 'unsafeMetadata'>;
