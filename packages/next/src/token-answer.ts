/** The response body of the token route. */
export interface TokenAnswer {
  /** POST: whether the user or the organization in the cookie changed. DELETE: whether there was a cookie. */
  readonly changed: boolean;
  /** The user in the cookie now; null after DELETE. */
  readonly userId: string | null;
  /** The lifetime of the cookie; POST only. */
  readonly expiresInSeconds?: number;
}
