import type { EnvironmentScope } from '../database/scope.ts';

/** A mail that Torii would have sent. The emulator sends none: it keeps them in a mailbox. */
export interface Mail {
  readonly id: string;
  /** The email of the recipient. */
  readonly to: string;
  readonly subject: string;
  /** The text, which contains the link. */
  readonly text: string;
  /** The link in the text. It is as secret as in a real mail. */
  readonly link: string;
  /** When the mail was sent, by the emulator's clock. */
  readonly sentAt: string;
}

const kept = 1000;

/** The last 1,000 mails of an environment. */
export class Mailbox {
  readonly #scope: EnvironmentScope;

  constructor(scope: EnvironmentScope) {
    this.#scope = scope;
  }

  /** The newest mails, newest first. */
  list(limit: number = kept): readonly Mail[] {
    return this.#scope.database
      .prepare(
        `SELECT id, recipient AS "to", subject, body AS text, link, sent_at AS sentAt
         FROM mails WHERE environment_id = ? ORDER BY position DESC LIMIT ?`,
      )
      .all(this.#scope.environmentId, limit)
      .map((row) => ({ ...row }) as unknown as Mail);
  }

  /** Must be called inside a transaction. */
  send({ to, subject, text, link }: Omit<Mail, 'id' | 'sentAt'>): void {
    const { database, environmentId, clock, createId } = this.#scope;
    database
      .prepare(
        'INSERT INTO mails (id, environment_id, recipient, subject, body, link, sent_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(createId(), environmentId, to, subject, text, link, clock.now().toISOString());
    database
      .prepare(
        `DELETE FROM mails WHERE environment_id = ? AND position <= (
           SELECT position FROM mails WHERE environment_id = ? ORDER BY position DESC LIMIT 1 OFFSET ?
         )`,
      )
      .run(environmentId, environmentId, kept);
  }
}
