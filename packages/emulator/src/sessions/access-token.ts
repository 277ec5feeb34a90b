import type { TokenMint } from '../tokens/token.ts';
import type { LiveSession } from './secrets.ts';

/** An access token, as a page's script gets it. */
export interface TokenAnswer {
  readonly accessToken: string;
  readonly expiresAt: string;
  /** The same moment, for a script that cannot count on the clock of its machine. */
  readonly expiresInSeconds: number;
  readonly sessionId: string;
  readonly userId: string;
}

/** A fresh access token for the user of a session. */
export async function mintFor(session: LiveSession, tokens: TokenMint): Promise<TokenAnswer> {
  const { sessionId, userId, emailVerified, locale } = session;
  const { token, expiresAt, expiresInSeconds } = await tokens.issue({
    userId,
    emailVerified,
    ...(locale !== null && { locale }),
  });
  return { accessToken: token, expiresAt: expiresAt.toISOString(), expiresInSeconds, sessionId, userId };
}
