import type * as entities from '../generated/entities.ts';
import type { Metadata } from '../metadata/metadata.ts';

/** The metadata of a user. The three bags together have at most 8 KB of JSON. */
export interface UserBags {
  /** Metadata that browsers may read, and only the app's server writes. */
  readonly publicMetadata: Metadata;
  /** Metadata for the app's server alone. */
  readonly privateMetadata: Metadata;
  /** Metadata that the user may write. Do not trust it. */
  readonly unsafeMetadata: Metadata;
}

/** A user, in the format of the REST API. Every field is present. */
export interface User extends Required<entities.User>, UserBags {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly emailVerifiedAt: string | null;
}

export type UserStatus = User['status'];
