export interface TokenAnswer {
  /** POST: whether the user or the organization in the cookie changed. DELETE: whether there was a cookie. */
  readonly changed: boolean;
  readonly userId: string | null;
  readonly expiresInSeconds?: number;
}
