import { EmulatorError, type FieldError, namingPlace } from '../errors.ts';
import { findFieldErrors, inputError, isRecord, type Rules, text } from '../fields.ts';
import { isEmail } from '../users/input.ts';
import { foldCase } from '../users/record.ts';
import type { Users } from '../users/users.ts';
import {
  findMemberErrors,
  listRule,
  memberRules,
  type NewMember,
  type NewOrganization,
  organizationRules,
} from './input.ts';
import type { Organizations } from './organizations.ts';

/** A member of an organization of a seed: a user who exists or is in the same seed. */
export interface SeedMember extends Omit<NewMember, 'userId'> {
  readonly email: string;
}

/** An organization of a seed. The slug identifies the organization when the same seed is applied again. */
export interface SeedOrganization extends Omit<NewOrganization, 'slug' | 'members'> {
  readonly slug: string;
  readonly members?: readonly SeedMember[];
}

const { userId: _userId, ...membershipRules } = memberRules;
const seedMemberRules: Rules<keyof SeedMember> = {
  email: text(isEmail, 'must be an email address'),
  ...membershipRules,
};
const seedOrganizationRules: Rules<keyof SeedOrganization> = {
  ...organizationRules,
  slug: (value) =>
    organizationRules.slug(value) ??
    (typeof value === 'string' ? undefined : 'is missing. Each organization of a seed needs a slug'),
  members: listRule,
};

/** @throws InputError `organization_invalid` */
export function parseSeedOrganizations(input: unknown): readonly SeedOrganization[] {
  if (!Array.isArray(input))
    throw inputError('organization_invalid', [{ field: 'organizations', message: 'must be an array' }]);
  const places = new Map<string, string>();
  const errors = input.flatMap((organization: unknown, index): readonly FieldError[] => {
    const place = `organizations[${index}]`;
    if (!isRecord(organization)) return [{ field: place, message: 'must be a JSON object' }];
    const found = findErrors(organization);
    if (found.length > 0) return found.map(({ field, message }) => ({ field: `${place}.${field}`, message }));
    const slug = String(organization['slug']);
    const earlier = places.get(slug);
    if (earlier !== undefined) return [{ field: `${place}.slug`, message: `is the same as in ${earlier}` }];
    places.set(slug, place);
    return [];
  });
  if (errors.length > 0) throw inputError('organization_invalid', errors);
  return input;
}

function findErrors(organization: Readonly<Record<string, unknown>>): readonly FieldError[] {
  const errors = findFieldErrors(organization, seedOrganizationRules);
  if (errors.length > 0) return errors;
  const members = (organization['members'] ?? []) as readonly SeedMember[];
  return findMemberErrors(members, seedMemberRules, ({ email }) => foldCase(email));
}

/**
 * Creates the organizations whose slug does not exist yet. Must be called inside a transaction.
 *
 * @returns the number of created organizations
 * @throws EmulatorError `user_unknown`, `role_unknown`, `metadata_too_large`
 */
export function insertMissing(seed: readonly SeedOrganization[], organizations: Organizations, users: Users): number {
  const missing = seed.filter(({ slug }) => organizations.findBySlug(slug) === undefined);
  for (const { members = [], ...organization } of missing) {
    namingPlace(`organizations "${organization.slug}"`, () =>
      organizations.insert({
        ...organization,
        members: members.map(({ email, ...member }, index) => {
          const user = users.findByEmail(email);
          if (user !== undefined) return { ...member, userId: user.id };
          throw new EmulatorError(
            'user_unknown',
            `No user has the email of members[${index}]. Add the user to the seed.`,
          );
        }),
      }),
    );
  }
  return missing.length;
}
