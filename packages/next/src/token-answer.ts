/** The response body of the token route. */
export interface TokenAnswer {
  /** POST: whether the user or the organization in the cookie changed. DELETE: whether there was a cookie. */
  readonly changed: boolean;
  readonly userId: string | null;
  /** Only in the response to POST: the lifetime of the cookie, in seconds. */
  readonly expiresInSeconds?: number;
}
