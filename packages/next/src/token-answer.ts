/** What POST and DELETE of the token route answer. */
export interface TokenAnswer {
  /** Whether the cookie shows somebody else now than before; of DELETE: whether there was one. */
  readonly changed: boolean;
  /** Whom it shows now; null after DELETE. */
  readonly userId: string | null;
  /** Of POST: how long the cookie lives. */
  readonly expiresInSeconds?: number;
}
