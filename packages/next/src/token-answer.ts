export interface TokenAnswer {
  /**
   * For POST to the token route: whether the user or organization in the cookie changed. For DELETE: whether the
   * request contained a cookie to clear.
   */
  readonly changed: boolean;
  readonly userId: string | null;
  readonly expiresInSeconds?: number;
}
