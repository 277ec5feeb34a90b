/** What a client sends. The first message must be a token, unless a cookie came with the handshake. */
export type ClientMessage =
  | { readonly type: 'token'; readonly token: string }
  | { readonly type: 'say'; readonly text: string };

/** What the server sends. `signed_in` answers each token: the client renews it before `expiresAt` (Unix seconds). */
export type ServerMessage =
  | { readonly type: 'signed_in'; readonly userId: string; readonly expiresAt: number }
  | { readonly type: 'said'; readonly userId: string; readonly text: string };

/** Why the server closes a socket. From 4000 on, the numbers are free for apps (RFC 6455 7.4.2). */
export const closeCodes = {
  /** Sign in again, or connect with a new token. */
  signedOut: 4401,
  /** The message is not one of this chat (RFC 6455: policy violation). */
  wrongMessage: 1008,
  internalError: 1011,
  /** Connect again later. */
  tryAgainLater: 1013,
} as const;

/** Returns `undefined` if it is not a message of this chat. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  const { type, token, text: said } = parseObject(text);
  if (type === 'token' && typeof token === 'string') return { type, token };
  if (type === 'say' && typeof said === 'string') return { type, text: said };
  return undefined;
}

function parseObject(text: string): Partial<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
