import type { FieldError } from '../errors.ts';
import {
  findFieldErrors,
  inputError,
  isRecord,
  isUuid,
  optionalText,
  type Rule,
  type Rules,
  requireFields,
  text,
} from '../fields.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { bagRules } from '../metadata/two-bags.ts';
import type { OrganizationRole } from './organization.ts';

/** A user to add to an organization. */
export interface NewMember {
  readonly userId: string;
  /**
   * The key of a role of the environment.
   *
   * @default 'org:member'
   */
  readonly role?: string;
  /** Metadata of the membership that browsers may read, at most 8 KB of JSON. */
  readonly publicMetadata?: Metadata;
  /** Metadata of the membership for the app's server alone, at most 8 KB of JSON. */
  readonly privateMetadata?: Metadata;
}

/** The fields of a new organization. */
export interface NewOrganization {
  /** The name for people, 1 to 200 characters. */
  readonly name: string;
  /** The name for URLs, 1 to 64 lowercase letters, digits and hyphens. Unique in the environment. */
  readonly slug?: string | null;
  /** Metadata that browsers may read, at most 8 KB of JSON. */
  readonly publicMetadata?: Metadata;
  /** Metadata for the app's server alone, at most 8 KB of JSON. */
  readonly privateMetadata?: Metadata;
  /** The first members. */
  readonly members?: readonly NewMember[];
}

/** A role to create. */
export interface NewRole {
  /** The key: 1 to 64 lowercase letters, digits, `_`, `-` and `:`, such as `org:editor`. */
  readonly key: string;
  /** The name for people. */
  readonly name?: string | null;
}

export const defaultRole = 'org:member';

const longestName = 200;

export const memberRules: Rules<keyof NewMember> = {
  userId: text(isUuid, 'must be a UUID'),
  role: (value) => (value === undefined ? undefined : text()(value)),
  ...bagRules,
};

export const organizationRules: Rules<Exclude<keyof NewOrganization, 'members'>> = {
  name: text(isName, `must have 1 to ${longestName} characters`),
  slug: optionalText(
    isSlug,
    'must have 1 to 64 lowercase letters, digits and hyphens, with no hyphen at the start or end',
  ),
  ...bagRules,
};

const roleRules: Rules<keyof NewRole> = {
  key: text(
    (value) => /^[a-z0-9][a-z0-9_:-]{0,63}$/.test(value),
    'must be a key such as "org:editor": 1 to 64 lowercase letters, digits, "_", "-" and ":"',
  ),
  name: optionalText(isName, `must have 1 to ${longestName} characters`),
};

/** @throws InputError `organization_invalid` */
export function parseOrganization(input: unknown): NewOrganization {
  const rules: Rules<keyof NewOrganization> = { ...organizationRules, members: listRule };
  const organization = requireFields<NewOrganization>('organization_invalid', 'An organization', input, rules);
  const errors = findMemberErrors(organization.members ?? [], memberRules, ({ userId }) => userId.toLowerCase());
  if (errors.length > 0) throw inputError('organization_invalid', errors);
  return organization;
}

/** @throws InputError `organization_invalid` */
export function parseMember(input: unknown): NewMember {
  return requireFields('organization_invalid', 'A member', input, memberRules);
}

/** @throws InputError `organization_invalid` */
export function parseRole(input: unknown): OrganizationRole {
  const { key, name = null } = requireFields<NewRole>('organization_invalid', 'A role', input, roleRules);
  return { key, name };
}

export const listRule: Rule = (value) => (value === undefined || Array.isArray(value) ? undefined : 'must be an array');

/** @param keyOf what identifies a member, so that one is not listed twice */
export function findMemberErrors<Member>(
  members: readonly Member[],
  rules: Rules,
  keyOf: (member: Member) => string,
): readonly FieldError[] {
  const places = new Map<string, string>();
  return members.flatMap((member, index): readonly FieldError[] => {
    const place = `members[${index}]`;
    if (!isRecord(member)) return [{ field: place, message: 'must be an object' }];
    const errors = findFieldErrors(member, rules);
    if (errors.length > 0) return errors.map(({ field, message }) => ({ field: `${place}.${field}`, message }));
    const earlier = places.get(keyOf(member));
    if (earlier !== undefined) return [{ field: place, message: `is the same user as ${earlier}` }];
    places.set(keyOf(member), place);
    return [];
  });
}

function isName(value: string): boolean {
  return value.trim() !== '' && value.length <= longestName;
}

function isSlug(value: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(value);
}
