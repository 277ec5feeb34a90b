export interface TokenAnswer {
  /** After POST: whether the user or organization in the cookie changed. After DELETE: whether a cookie was cleared. */
  readonly changed: boolean;
  readonly userId: string | null;
  readonly expiresInSeconds?: number;
}
