import type { Answered } from '../answered.ts';
import type * as entities from '../generated/entities.ts';
import { type TwoBagColumns, twoBagsFrom } from '../metadata/two-bags.ts';

/** An organization, in the format of the REST API. Every field is present. */
export interface Organization extends Answered<entities.Organization, 'slug' | 'roleSetId'> {}

/** The membership of a user in an organization, in the format of the REST API. Every field is present. */
export interface OrganizationMember extends Answered<entities.OrganizationMember, 'roleName'> {}

/** An organization of a user, in the format of the REST API. The metadata is that of the membership. */
export interface UserOrganization extends Answered<entities.UserOrganization, 'slug' | 'roleName'> {}

/** A role that members of organizations can have. */
export interface OrganizationRole {
  /** Its key, such as `org:administrator`. */
  readonly key: string;
  /** Its name for people. */
  readonly name: string | null;
}

export interface OrganizationRow extends TwoBagColumns {
  readonly id: string;
  readonly name: string;
  readonly slug: string | null;
  readonly created_at: string;
}

export interface MembershipRow extends TwoBagColumns {
  readonly organization_id: string;
  readonly user_id: string;
  readonly role: string;
  readonly role_name: string | null;
  readonly joined_at: string;
}

export interface UserOrganizationRow extends MembershipRow {
  readonly name: string;
  readonly slug: string | null;
}

export function organizationFrom(row: OrganizationRow): Organization {
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    roleSetId: null,
    ...twoBagsFrom(row),
    createdAt: row.created_at,
  };
}

export function memberFrom(row: MembershipRow): OrganizationMember {
  return {
    organizationId: row.organization_id,
    userId: row.user_id,
    role: row.role,
    roleName: row.role_name,
    ...twoBagsFrom(row),
    joinedAt: row.joined_at,
  };
}

export function userOrganizationFrom(row: UserOrganizationRow): UserOrganization {
  return {
    organizationId: row.organization_id,
    name: row.name,
    slug: row.slug,
    role: row.role,
    roleName: row.role_name,
    ...twoBagsFrom(row),
    joinedAt: row.joined_at,
  };
}
