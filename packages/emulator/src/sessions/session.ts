/** A signed-in browser, as the API shows it. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly environmentId: string;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string;
}
