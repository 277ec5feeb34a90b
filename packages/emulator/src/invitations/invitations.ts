import type { SQLInputValue } from 'node:sqlite';
import type { AllowedOrigins } from '../allowed-origins/allowed-origins.ts';
import { type Page, type PageQuery, pageOf, twice } from '../database/page.ts';
import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import { EmulatorError, InvitationNotPendingError } from '../errors.ts';
import { inputError } from '../fields.ts';
import { columnsOf, mergeTwoBags, newTwoBags, type TwoBags, twoBagsFrom } from '../metadata/two-bags.ts';
import { createSecret, digestOf } from '../secret.ts';
import { foldCase } from '../users/record.ts';
import type { User } from '../users/user.ts';
import type { Users } from '../users/users.ts';
import { type Acceptance, defaultExpiryDays, type NewInvitation } from './input.ts';
import {
  type Invitation,
  type InvitationRow,
  type InvitationStatus,
  type InvitationWithMetadata,
  invitationFrom,
  withMetadataFrom,
} from './invitation.ts';
import { type Mail, Mailbox } from './mailbox.ts';

export interface InvitationSearch extends PageQuery {
  readonly statuses?: readonly InvitationStatus[] | undefined;
  /** Matches invitations whose email contains this text, ignoring case. */
  readonly search?: string | undefined;
}

export interface InvitationSurroundings {
  readonly users: Users;
  readonly allowedOrigins: AllowedOrigins;
  /** The host that the mail names, such as `127.0.0.1:4100`. */
  readonly host: string;
  /** The link of the mail for a ticket. */
  readonly linkOf: (ticket: string) => string;
}

/** What followed from an accepted invitation. */
export interface Accepted {
  readonly user: User;
  /** Where the person goes now, or `null`. */
  readonly redirectUrl: string | null;
}

const dayMs = 24 * 60 * 60 * 1000;

/** The columns of an invitation, with its state at the time of the first parameter. */
const selectInvitations = `
  SELECT * FROM (
    SELECT *, CASE
      WHEN accepted_at IS NOT NULL THEN 'ACCEPTED'
      WHEN revoked_at IS NOT NULL THEN 'REVOKED'
      WHEN expires_at <= ? THEN 'EXPIRED'
      ELSE 'PENDING' END AS status
    FROM invitations
    WHERE environment_id = ?
  ) WHERE`;

/** The invitations of an environment to sign up, and the mails with their links. */
export class Invitations {
  readonly mailbox: Mailbox;
  readonly #scope: EnvironmentScope;
  readonly #surroundings: InvitationSurroundings;

  constructor(scope: EnvironmentScope, surroundings: InvitationSurroundings) {
    this.#scope = scope;
    this.#surroundings = surroundings;
    this.mailbox = new Mailbox(scope);
  }

  /** The last mails, newest first. */
  get mails(): readonly Mail[] {
    return this.mailbox.list();
  }

  /** @throws EmulatorError `invitation_invalid`, `email_taken`, `invitation_pending`, `metadata_too_large` */
  create({ email, expiresInDays, redirectUrl, ...bags }: NewInvitation): Invitation {
    const { database, environmentId, clock, createId } = this.#scope;
    const { users, allowedOrigins } = this.#surroundings;
    if (typeof redirectUrl === 'string' && !allowedOrigins.allowsUrl(redirectUrl)) {
      throw inputError('invitation_invalid', [
        { field: 'redirectUrl', message: 'must be a whole URL of an allowed origin of this environment' },
      ]);
    }
    return transact(database, () => {
      if (users.findByEmail(email) !== undefined) {
        throw new EmulatorError('email_taken', 'A user of this environment has this email. Invite someone else.');
      }
      const [pending] = this.#all("email_key = ? AND status = 'PENDING'", foldCase(email));
      if (pending !== undefined) {
        throw new EmulatorError(
          'invitation_pending',
          'This email has a pending invitation already. Send it again, or revoke it first.',
        );
      }
      const id = createId();
      const now = clock.now();
      const expiresAt = new Date(now.getTime() + (expiresInDays ?? defaultExpiryDays) * dayMs);
      database
        .prepare(
          `INSERT INTO invitations (id, environment_id, email, email_key, redirect_url, public_metadata, private_metadata,
                                    created_at, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          id,
          environmentId,
          email,
          foldCase(email),
          typeof redirectUrl === 'string' ? new URL(redirectUrl).href : null,
          ...columnsOf(newTwoBags(bags)),
          now.toISOString(),
          expiresAt.toISOString(),
        );
      this.#sendMail(id, email);
      return invitationFrom(this.#row(id));
    });
  }

  /** @throws EmulatorError `invitation_unknown` */
  get(id: string): InvitationWithMetadata {
    return withMetadataFrom(this.#row(id));
  }

  has(id: string): boolean {
    return this.#all('id = ?', id).length > 0;
  }

  /** Returns one page of the invitations, newest first. A cursor is an invitation id. */
  list({ limit, after, statuses, search }: InvitationSearch): Page<Invitation> {
    const rows = this.#all(
      `(? IS NULL OR id < ?) AND (? IS NULL OR instr(email_key, ?) > 0)
       ${statuses === undefined ? '' : `AND status IN (${statuses.map(() => '?').join(', ')})`}
       ORDER BY id DESC LIMIT ?`,
      ...twice(after ?? null),
      ...twice(search === undefined ? null : foldCase(search)),
      ...(statuses ?? []),
      limit + 1,
    );
    return pageOf(rows, limit, invitationFrom, ({ id }) => id);
  }

  /** @throws EmulatorError `invitation_unknown`, `invitation_not_pending`, `metadata_too_large` */
  updateMetadata(id: string, patch: Partial<TwoBags>): InvitationWithMetadata {
    return transact(this.#scope.database, () => {
      const row = this.#requirePending(this.#row(id));
      this.#scope.database
        .prepare('UPDATE invitations SET public_metadata = ?, private_metadata = ? WHERE id = ?')
        .run(...columnsOf(mergeTwoBags(twoBagsFrom(row), patch)), id);
      return withMetadataFrom(this.#row(id));
    });
  }

  /**
   * Revokes an invitation, so that its link stops working. Does nothing if it was accepted or revoked before.
   *
   * @throws EmulatorError `invitation_unknown`
   */
  revoke(id: string): void {
    transact(this.#scope.database, () => {
      const { accepted_at: acceptedAt, revoked_at: revokedAt } = this.#row(id);
      if (acceptedAt !== null || revokedAt !== null) return;
      this.#scope.database
        .prepare('UPDATE invitations SET revoked_at = ? WHERE id = ?')
        .run(this.#scope.clock.now().toISOString(), id);
    });
  }

  /**
   * Sends a new link. The old one stops working.
   *
   * @throws EmulatorError `invitation_unknown`, `invitation_not_pending`
   */
  resend(id: string): Invitation {
    return transact(this.#scope.database, () => {
      const row = this.#requirePending(this.#row(id));
      this.#sendMail(id, row.email);
      return invitationFrom(row);
    });
  }

  /**
   * Finds the pending invitation of a link.
   *
   * @throws EmulatorError `invitation_unknown`, `invitation_not_pending`, `invitation_link_replaced`
   */
  open(ticket: string): Invitation {
    return invitationFrom(this.#rowOfTicket(ticket));
  }

  /**
   * Creates the invited user, with a verified email and the metadata of the invitation.
   *
   * @throws EmulatorError `invitation_unknown`, `invitation_not_pending`, `invitation_link_replaced`, `email_taken`
   */
  async accept(ticket: string, { password, firstName, lastName }: Acceptance): Promise<Accepted> {
    const { database, clock } = this.#scope;
    const { users, allowedOrigins } = this.#surroundings;
    const { email } = this.#rowOfTicket(ticket);
    const prepared = await users.prepare({ email, password, firstName: firstName ?? null, lastName: lastName ?? null });
    return transact(database, () => {
      // A second time: another request may have accepted, revoked or changed it while the password was being hashed.
      const current = this.#rowOfTicket(ticket);
      const user = prepared.insert(twoBagsFrom(current));
      database
        .prepare('UPDATE invitations SET accepted_at = ? WHERE id = ?')
        .run(clock.now().toISOString(), current.id);
      // Open redirect: the origin may have left the list since the invitation was sent.
      const redirectUrl = current.redirect_url;
      return { user, redirectUrl: redirectUrl !== null && allowedOrigins.allowsUrl(redirectUrl) ? redirectUrl : null };
    });
  }

  /** Sends a mail with a new ticket and replaces the earlier tickets. Must be called inside a transaction. */
  #sendMail(invitationId: string, email: string): void {
    const { database, clock } = this.#scope;
    const { host, linkOf } = this.#surroundings;
    const ticket = createSecret();
    const link = linkOf(ticket);
    database
      .prepare('UPDATE invitation_tickets SET replaced_at = ? WHERE invitation_id = ? AND replaced_at IS NULL')
      .run(clock.now().toISOString(), invitationId);
    database
      .prepare('INSERT INTO invitation_tickets (ticket_hash, invitation_id) VALUES (?, ?)')
      .run(digestOf(ticket), invitationId);
    this.mailbox.send({
      to: email,
      subject: `You are invited to ${host}`,
      text: `You are invited to sign up at ${host}.\n\nAccept the invitation:\n${link}\n`,
      link,
    });
  }

  #requirePending(row: InvitationRow): InvitationRow {
    if (row.status === 'PENDING') return row;
    throw new InvitationNotPendingError(row.status, notPending[row.status]);
  }

  #rowOfTicket(ticket: string): InvitationRow {
    const found = this.#scope.database
      .prepare('SELECT invitation_id, replaced_at FROM invitation_tickets WHERE ticket_hash = ?')
      .get(digestOf(ticket));
    const [row] = found === undefined ? [] : this.#all('id = ?', String(found['invitation_id']));
    if (row === undefined) {
      throw new EmulatorError(
        'invitation_unknown',
        'This link belongs to no invitation. Copy the whole link of the mail.',
      );
    }
    const pending = this.#requirePending(row);
    if (found?.['replaced_at'] === null) return pending;
    throw new EmulatorError(
      'invitation_link_replaced',
      'This invitation was sent again with a new link. Use the link of the newest mail.',
    );
  }

  #row(id: string): InvitationRow {
    const [row] = this.#all('id = ?', id);
    if (row !== undefined) return row;
    throw new EmulatorError('invitation_unknown', 'No invitation of this environment has this id.');
  }

  #all(condition: string, ...values: readonly SQLInputValue[]): readonly InvitationRow[] {
    const { database, environmentId, clock } = this.#scope;
    return database
      .prepare(`${selectInvitations} ${condition}`)
      .all(clock.now().toISOString(), environmentId, ...values) as unknown as InvitationRow[];
  }
}

const notPending: Readonly<Record<Exclude<InvitationStatus, 'PENDING'>, string>> = {
  ACCEPTED: 'This invitation was accepted already.',
  REVOKED: 'This invitation was revoked.',
  EXPIRED: 'This invitation has expired.',
};
