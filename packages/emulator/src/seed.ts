import type { EnvironmentScope } from './database/scope.ts';
import { transact } from './database/transaction.ts';
import { inputError, isRecord } from './fields.ts';
import { type NewRole, parseRole } from './organizations/input.ts';
import type { OrganizationRole } from './organizations/organization.ts';
import type { Organizations } from './organizations/organizations.ts';
import { insertMissing, parseSeedOrganizations, type SeedOrganization } from './organizations/seed.ts';
import { parseSeedUsers, type SeedUser } from './users/seed.ts';
import type { Users } from './users/users.ts';

/** The number of entries of a seed that were created, and of those that existed and were left unchanged. */
export interface SeedCounts {
  readonly created: number;
  readonly existing: number;
}

/** The result of `seed()`. `created` and `existing` count users. */
export interface SeedReport extends SeedCounts {
  readonly organizations: SeedCounts;
}

/** What `seed()` creates. */
export interface Seed {
  readonly users?: readonly SeedUser[];
  /** Roles in addition to those of the environment. */
  readonly roles?: readonly NewRole[];
  /** Organizations with their members, who are named by their email. */
  readonly organizations?: readonly SeedOrganization[];
}

export interface ParsedSeed {
  readonly users: readonly SeedUser[];
  readonly roles: readonly OrganizationRole[];
  readonly organizations: readonly SeedOrganization[];
}

/** @throws InputError `user_invalid`, `organization_invalid` */
export function parseSeed(input: unknown): ParsedSeed {
  if (Array.isArray(input)) return { users: parseSeedUsers(input), roles: [], organizations: [] };
  if (!isRecord(input)) {
    throw inputError('user_invalid', [{ field: 'The seed', message: 'must be an array of users or an object' }]);
  }
  const { users = [], roles = [], organizations = [], ...unknown } = input;
  const errors = Object.keys(unknown).map((field) => ({ field, message: 'is not a known field of a seed' }));
  if (!Array.isArray(roles)) errors.push({ field: 'roles', message: 'must be an array' });
  if (errors.length > 0) throw inputError('user_invalid', errors);
  return {
    users: parseSeedUsers(users),
    roles: (roles as readonly unknown[]).map(parseRole),
    organizations: parseSeedOrganizations(organizations),
  };
}

export class Seeds {
  readonly #scope: EnvironmentScope;
  readonly #users: Users;
  readonly #organizations: Organizations;

  constructor(scope: EnvironmentScope, users: Users, organizations: Organizations) {
    this.#scope = scope;
    this.#users = users;
    this.#organizations = organizations;
  }

  /**
   * Creates what is missing, or nothing if one entry is refused.
   *
   * @throws EmulatorError `user_unknown`, `role_unknown`, `metadata_too_large`
   */
  async apply(seed: ParsedSeed): Promise<SeedReport> {
    const insertUsers = await this.#users.prepareMissing(seed.users);
    return transact(this.#scope.database, () => {
      const created = insertUsers();
      for (const role of seed.roles) this.#organizations.createRole(role);
      const added = insertMissing(seed.organizations, this.#organizations, this.#users);
      return {
        created,
        existing: seed.users.length - created,
        organizations: { created: added, existing: seed.organizations.length - added },
      };
    });
  }
}
