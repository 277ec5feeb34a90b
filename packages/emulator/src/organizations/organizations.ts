import type { SQLInputValue } from 'node:sqlite';
import { type Page, type PageQuery, pageOf, twice } from '../database/page.ts';
import type { EnvironmentScope } from '../database/scope.ts';
import { isUniqueViolation } from '../database/storage-errors.ts';
import { transact } from '../database/transaction.ts';
import { EmulatorError } from '../errors.ts';
import { columnsOf, mergeTwoBags, newTwoBags, type TwoBags } from '../metadata/two-bags.ts';
import { foldCase } from '../users/record.ts';
import { defaultRole, type NewMember, type NewOrganization } from './input.ts';
import {
  type MembershipRow,
  memberFrom,
  type Organization,
  type OrganizationMember,
  type OrganizationRole,
  type OrganizationRow,
  organizationFrom,
  type UserOrganization,
  type UserOrganizationRow,
  userOrganizationFrom,
} from './organization.ts';

export interface OrganizationSearch extends PageQuery {
  /** Matches organizations whose name contains this text, ignoring case. */
  readonly name?: string | undefined;
}

const firstRoles: readonly OrganizationRole[] = [
  { key: 'org:administrator', name: 'Administrator' },
  { key: defaultRole, name: 'Member' },
];

const selectMemberships = `
  SELECT memberships.*, organization_roles.name AS role_name, organizations.name, organizations.slug
  FROM memberships
  JOIN organizations ON organizations.id = memberships.organization_id
  LEFT JOIN organization_roles
    ON organization_roles.environment_id = organizations.environment_id AND organization_roles.key = memberships.role
  WHERE organizations.environment_id = ?`;

/** The organizations of an environment, their members and the roles that members can have. */
export class Organizations {
  readonly #scope: EnvironmentScope;

  constructor(scope: EnvironmentScope) {
    this.#scope = scope;
    if (this.roles.length === 0) for (const role of firstRoles) this.createRole(role);
  }

  /** The roles of the environment, sorted by key. */
  get roles(): readonly OrganizationRole[] {
    const rows = this.#all('SELECT key, name FROM organization_roles WHERE environment_id = ? ORDER BY key');
    return rows.map((row) => ({ ...row }) as unknown as OrganizationRole);
  }

  /** Creates a role, or changes its name. */
  createRole({ key, name }: OrganizationRole): OrganizationRole {
    this.#scope.database
      .prepare(
        `INSERT INTO organization_roles (environment_id, key, name) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET name = excluded.name`,
      )
      .run(this.#scope.environmentId, key, name);
    return { key, name };
  }

  /** @throws EmulatorError `slug_taken`, `user_unknown`, `role_unknown`, `metadata_too_large` */
  create(input: NewOrganization): Organization {
    return transact(this.#scope.database, () => this.insert(input));
  }

  /** Like `create`, but must be called inside a transaction. */
  insert({ name, slug = null, members = [], ...bags }: NewOrganization): Organization {
    const { database, environmentId, clock, createId } = this.#scope;
    const id = createId();
    try {
      database
        .prepare(
          `INSERT INTO organizations
             (id, environment_id, name, name_key, slug, public_metadata, private_metadata, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(id, environmentId, name, foldCase(name), slug, ...columnsOf(newTwoBags(bags)), clock.now().toISOString());
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new EmulatorError('slug_taken', 'Another organization of this environment has this slug. Use another one.');
    }
    for (const member of members) this.#insertMember(id, member);
    return this.get(id);
  }

  /** @throws EmulatorError `organization_unknown` */
  get(id: string): Organization {
    const organization = this.find(id);
    if (organization !== undefined) return organization;
    throw new EmulatorError('organization_unknown', 'No organization of this environment has this id.');
  }

  find(id: string): Organization | undefined {
    return this.#findOrganization('id = ?', id);
  }

  findBySlug(slug: string): Organization | undefined {
    return this.#findOrganization('slug = ?', slug);
  }

  /** Returns one page of the organizations, newest first. A cursor is an organization id. */
  list({ limit, after, name }: OrganizationSearch): Page<Organization> {
    const rows = this.#all(
      `SELECT * FROM organizations
       WHERE environment_id = ? AND (? IS NULL OR id < ?) AND (? IS NULL OR instr(name_key, ?) > 0)
       ORDER BY id DESC LIMIT ?`,
      ...twice(after ?? null),
      ...twice(name === undefined ? null : foldCase(name)),
      limit + 1,
    ) as unknown as OrganizationRow[];
    return pageOf(rows, limit, organizationFrom, ({ id }) => id);
  }

  /** @throws EmulatorError `organization_unknown`, `metadata_too_large` */
  updateMetadata(id: string, patch: Partial<TwoBags>): Organization {
    return this.#changeBags(id, (stored) => mergeTwoBags(stored, patch));
  }

  /**
   * Replaces both bags, as a developer does on the dashboard.
   *
   * @throws EmulatorError `organization_unknown`, `metadata_too_large`
   */
  replaceMetadata(id: string, bags: Partial<TwoBags>): Organization {
    return this.#changeBags(id, () => newTwoBags(bags));
  }

  /** @throws EmulatorError `organization_unknown`, `user_unknown`, `role_unknown`, `member_exists`, `metadata_too_large` */
  addMember(organizationId: string, member: NewMember): OrganizationMember {
    return transact(this.#scope.database, () => {
      this.get(organizationId);
      return this.#insertMember(organizationId, member);
    });
  }

  /** @throws EmulatorError `organization_unknown`, `member_unknown`, `role_unknown` */
  setRole(organizationId: string, userId: string, role: string): OrganizationMember {
    return transact(this.#scope.database, () => {
      this.member(organizationId, userId);
      this.#requireRole(role);
      this.#scope.database
        .prepare('UPDATE memberships SET role = ? WHERE organization_id = ? AND user_id = ?')
        .run(role, organizationId, userId);
      return this.member(organizationId, userId);
    });
  }

  /** @throws EmulatorError `organization_unknown`, `member_unknown` */
  removeMember(organizationId: string, userId: string): void {
    transact(this.#scope.database, () => {
      this.member(organizationId, userId);
      this.#scope.database
        .prepare('DELETE FROM memberships WHERE organization_id = ? AND user_id = ?')
        .run(organizationId, userId);
      // A user who is added again later switches again.
      this.#scope.database
        .prepare('UPDATE sessions SET active_organization_id = NULL WHERE active_organization_id = ? AND user_id = ?')
        .run(organizationId, userId);
    });
  }

  /** @throws EmulatorError `organization_unknown`, `member_unknown` */
  member(organizationId: string, userId: string): OrganizationMember {
    this.get(organizationId);
    const member = this.#findMember(organizationId, userId);
    if (member !== undefined) return member;
    throw new EmulatorError('member_unknown', 'No member of this organization has this user id.');
  }

  /** Returns one page of an organization's members, by ascending user id. A cursor is a user id. */
  membersOf(organizationId: string, { limit, after = '' }: PageQuery): Page<OrganizationMember> {
    const rows = this.#all(
      `${selectMemberships} AND organization_id = ? AND user_id > ? ORDER BY user_id LIMIT ?`,
      organizationId,
      after,
      limit + 1,
    ) as unknown as MembershipRow[];
    return pageOf(rows, limit, memberFrom, ({ userId }) => userId);
  }

  /** Returns one page of a user's organizations, newest organization first. A cursor is an organization id. */
  membershipsOf(userId: string, { limit, after }: PageQuery = { limit: 100 }): Page<UserOrganization> {
    const rows = this.#all(
      `${selectMemberships} AND user_id = ? AND (? IS NULL OR organization_id < ?) ORDER BY organization_id DESC LIMIT ?`,
      userId,
      ...twice(after ?? null),
      limit + 1,
    ) as unknown as UserOrganizationRow[];
    return pageOf(rows, limit, userOrganizationFrom, ({ organizationId }) => organizationId);
  }

  /** The key of a user's role, or `undefined` if the user is not a member of an organization of this environment. */
  roleOf(organizationId: string, userId: string): string | undefined {
    return this.#findMember(organizationId, userId)?.role;
  }

  /** @throws EmulatorError `organization_unknown`, `member_unknown`, `metadata_too_large` */
  updateMemberMetadata(organizationId: string, userId: string, patch: Partial<TwoBags>): OrganizationMember {
    return transact(this.#scope.database, () => {
      const merged = mergeTwoBags(this.member(organizationId, userId), patch);
      this.#scope.database
        .prepare(
          'UPDATE memberships SET public_metadata = ?, private_metadata = ? WHERE organization_id = ? AND user_id = ?',
        )
        .run(...columnsOf(merged), organizationId, userId);
      return this.member(organizationId, userId);
    });
  }

  /** Ends all memberships of a user. Must be called inside a transaction. */
  endAll(userId: string): void {
    this.#scope.database.prepare('DELETE FROM memberships WHERE user_id = ?').run(userId);
  }

  #changeBags(id: string, change: (stored: TwoBags) => TwoBags): Organization {
    return transact(this.#scope.database, () => {
      this.#scope.database
        .prepare('UPDATE organizations SET public_metadata = ?, private_metadata = ? WHERE id = ?')
        .run(...columnsOf(change(this.get(id))), id);
      return this.get(id);
    });
  }

  #insertMember(
    organizationId: string,
    { userId: givenId, role = defaultRole, ...bags }: NewMember,
  ): OrganizationMember {
    const { database, clock } = this.#scope;
    const userId = givenId.toLowerCase();
    const [user] = this.#all('SELECT id FROM users WHERE environment_id = ? AND id = ? AND deleted_at IS NULL', userId);
    if (user === undefined)
      throw new EmulatorError('user_unknown', 'No user of this environment has the id of the member.');
    this.#requireRole(role);
    if (this.#findMember(organizationId, userId) !== undefined) {
      throw new EmulatorError('member_exists', 'This user is a member already. Change the role instead.');
    }
    database
      .prepare(
        `INSERT INTO memberships (organization_id, user_id, role, public_metadata, private_metadata, joined_at)
         VALUES (?, ?, ?, ?, ?, ?)`,
      )
      .run(organizationId, userId, role, ...columnsOf(newTwoBags(bags)), clock.now().toISOString());
    return this.member(organizationId, userId);
  }

  #requireRole(role: string): void {
    const keys = this.roles.map(({ key }) => key);
    if (keys.includes(role)) return;
    throw new EmulatorError('role_unknown', `This environment has no such role. Use one of: ${keys.join(', ')}.`);
  }

  #findOrganization(condition: string, value: string): Organization | undefined {
    const [row] = this.#all(`SELECT * FROM organizations WHERE environment_id = ? AND ${condition}`, value);
    return row && organizationFrom(row as unknown as OrganizationRow);
  }

  #findMember(organizationId: string, userId: string): OrganizationMember | undefined {
    const [row] = this.#all(`${selectMemberships} AND organization_id = ? AND user_id = ?`, organizationId, userId);
    return row && memberFrom(row as unknown as MembershipRow);
  }

  /** Runs a query whose first parameter is the environment. */
  #all(sql: string, ...values: readonly SQLInputValue[]): readonly Record<string, unknown>[] {
    return this.#scope.database.prepare(sql).all(this.#scope.environmentId, ...values);
  }
}
