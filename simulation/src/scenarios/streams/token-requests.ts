import type { Auth } from '@torii/core';
import type { StreamToken } from '@torii/streams';
import type { Node } from './nodes.ts';
import type { Client } from './plan.ts';

export const subject = 'ada';
export const streams: readonly string[] = ['chat_*'];
export const impersonator = 'eve';

/** A token that is requested, and why it must be refused. */
export interface TokenRequest {
  readonly token: Promise<StreamToken>;
  readonly refusal: 'ToriiAuthError' | 'ToriiForbiddenError' | undefined;
  readonly isImpersonated: boolean;
}

/** Requests a token from a node, in its process. */
export function requestToken(node: Node, asks: Client['asks'], ttlSeconds: number): TokenRequest {
  const { signer } = node;
  const grant = { allowedStreams: [...streams], ttlSeconds };
  if (asks === 'plain' || asks === 'changed') {
    const request = { ...grant, subject };
    const token = signer.issue(request);
    if (asks === 'changed') {
      Object.assign(request, { subject: 'mallory', ttlSeconds: 1 });
      request.allowedStreams.push('*');
    }
    return { token, refusal: undefined, isImpersonated: false };
  }
  const isImpersonated = asks === 'impersonated';
  const { wallMs } = node.process;
  const expiresAt = Math.floor(wallMs / 1000) + (asks === 'late user' ? (wallMs % 3) - 1 : 60);
  const hasExpired = expiresAt * 1000 <= wallMs;
  const refusal = hasExpired ? 'ToriiAuthError' : isImpersonated && !node.audits ? 'ToriiForbiddenError' : undefined;
  return { token: signer.issueFor(authOf(node, expiresAt, isImpersonated), grant), refusal, isImpersonated };
}

/** An `Auth` as a verifier of the process would have created it. */
function authOf({ process }: Node, expiresAt: number, impersonating: boolean): Auth {
  const auth = Object.freeze({
    userId: subject,
    expiresAt,
    impersonating,
    actor: impersonating ? { userId: impersonator, raw: { sub: impersonator } } : null,
  });
  const auths: WeakMap<object, unknown> = Reflect.get(process.product.globals, Symbol.for('torii.auths'));
  auths.set(auth, () => {});
  return auth as unknown as Auth;
}
