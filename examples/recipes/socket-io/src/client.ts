import { io, type Socket } from 'socket.io-client';

type Refusal = Error & { readonly data?: { code: string; reason: string; retryAfterSeconds: number } };

/**
 * Connects, and connects again with a new token when the old one has expired.
 * @param onRefused For `authentication_failed`, show the sign-in page. `forbidden`: the user may not connect.
 */
export function connect(
  url: string,
  getToken: () => Promise<string>,
  onRefused: (code: string, reason: string) => void,
): Socket {
  const socket = io(url, {
    auth: (send) => {
      getToken().then(
        (token) => send({ token }),
        () => send({}),
      );
    },
  });
  // The token has expired or was revoked. A token that is issued in the second of a revocation is refused too, so wait.
  socket.on('signed_out', () => socket.once('disconnect', () => setTimeout(() => socket.connect(), 1_000)));
  socket.on('connect_error', ({ data }: Refusal) => {
    // Without `data`, the network failed, and Socket.IO connects again by itself.
    if (data === undefined) return;
    const isTemporary = data.code === 'unavailable' || data.code === 'internal_error';
    if (isTemporary) setTimeout(() => socket.connect(), Math.max(1, data.retryAfterSeconds) * 1_000);
    else onRefused(data.code, data.reason);
  });
  return socket;
}
