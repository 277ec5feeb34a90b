import type { Auth } from '@torii/core';
import { digestOfToken, tokenDigestOf, wrongOption } from '@torii/core/internal';
import type { Settings } from './settings.ts';
import { requireOwnAuth } from './subject-options.ts';

export interface RevokedToken {
  readonly digest: string;
  /** In Unix seconds. 0 if it is not known. */
  readonly issuedAt: number;
}

/** @throws ToriiConfigError if the text is not a token. The message does not contain it. */
export async function readRevokedText(token: string, presentMs: number): Promise<RevokedToken> {
  try {
    return { digest: await digestOfToken(token), issuedAt: readTokenIssue(token, presentMs) };
  } catch {
    throw wrongOption('token', 'must be the text of a token, or the Auth that a verifier returned');
  }
}

/** @throws ToriiConfigError if the Auth is not from a verifier with these revocations */
export function readRevokedAuth(auth: Auth, settings: Settings): RevokedToken {
  requireOwnAuth('auth', auth, settings);
  const digest = tokenDigestOf(auth);
  if (digest !== undefined) return { digest, issuedAt: auth.issuedAt ?? 0 };
  throw wrongOption('auth', 'is from a verifier without revocations. Write createVerifier({ issuer, revocations })');
}

// Reads `iat` from the token without verifying it.
function readTokenIssue(token: string, presentMs: number): number {
  try {
    const [, payload = ''] = token.split('.');
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    const issuedAt: unknown = Reflect.get(Object(claims), 'iat');
    return typeof issuedAt === 'number' && issuedAt * 1000 < presentMs + 900_000
      ? Math.max(0, Math.floor(issuedAt))
      : 0;
  } catch {
    return 0;
  }
}
