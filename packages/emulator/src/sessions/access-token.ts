import type { TokenMint } from '../tokens/token.ts';
import type { LiveSession } from './secrets.ts';

export interface TokenAnswer {
  readonly accessToken: string;
  readonly expiresAt: string;
  /**
   * The remaining lifetime of the token. Not a point in time, because the clock of the browser's machine may differ
   * from the emulator's.
   */
  readonly expiresInSeconds: number;
  readonly sessionId: string;
  readonly userId: string;
}

export async function mintFor(session: LiveSession, tokens: TokenMint): Promise<TokenAnswer> {
  const { sessionId, userId, emailVerified, locale } = session;
  const { token, expiresAt, expiresInSeconds } = await tokens.issue({
    userId,
    emailVerified,
    ...(locale !== null && { locale }),
  });
  return { accessToken: token, expiresAt: expiresAt.toISOString(), expiresInSeconds, sessionId, userId };
}
