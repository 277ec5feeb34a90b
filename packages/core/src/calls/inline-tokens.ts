import { type Auth, copyAuth } from '../auth.ts';
import { silent } from '../emitter.ts';
import type { VerifierEventListener } from '../events.ts';
import type { TokenCache, TokenMemory, VerifiedToken } from '../token/token-cache.ts';
import { copyDigest } from '../token/token-digest.ts';

/**
 * The tokens that calls with new functions have verified, for calls whose other options are the same. Each call gets a separate
 * Auth, which reports to the `onEvent` of that call. The kept one reports to none, so it keeps no function in memory.
 */
export function inlineTokens(cache: TokenCache, emit: VerifierEventListener): TokenMemory {
  return {
    has: (token) => cache.has(token),
    get(token) {
      const known = cache.get(token);
      return known && { ...known, auth: copyWithDigest(known.auth, emit) };
    },
    add: (token, verified) => cache.add(token, withoutListener(verified)),
    drop: (token) => cache.drop(token),
  };
}

function withoutListener(verified: VerifiedToken): VerifiedToken {
  const auth = copyWithDigest(verified.auth, silent);
  const { revocable } = verified;
  return { ...verified, auth, revocable: revocable && { auth, digest: revocable.digest, mark: undefined } };
}

function copyWithDigest(auth: Auth, emit: VerifierEventListener): Auth {
  const copy = copyAuth(auth, emit);
  copyDigest(auth, copy);
  return copy;
}
