import { digestOf } from '#digest';
import type { Auth } from '../auth.ts';
import { SharedMap } from '../registry.ts';
import type { RevocableToken } from '../revocations.ts';
import { parseToken } from './parse.ts';

const digests: SharedMap<Auth, string> = new SharedMap('digests');

export async function makeRevocable(auth: Auth, signedBytes: Uint8Array<ArrayBuffer>): Promise<RevocableToken> {
  const digest = await digestOf(signedBytes);
  digests.set(auth, digest);
  return { auth, digest, mark: undefined };
}

/** The digest of the token of an Auth. `undefined` if a verifier without the option `revocations` has returned the Auth. */
export function tokenDigestOf(auth: Auth): string | undefined {
  const digest = digests.get(auth);
  return typeof digest === 'string' ? digest : undefined;
}

/** Gives a copy of an Auth the digest of its token. */
export function copyDigest(auth: Auth, copy: Auth): void {
  const digest = tokenDigestOf(auth);
  if (digest !== undefined) digests.set(copy, digest);
}

/**
 * The digest of a token, which is not verified.
 * @throws ToriiAuthError if the text is not a token: `token_malformed`
 */
export async function digestOfToken(token: string): Promise<string> {
  return digestOf(parseToken(token).signedBytes);
}
