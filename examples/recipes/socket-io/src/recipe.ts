import { setTimeout } from 'node:timers/promises';
import {
  type Auth,
  authorize,
  type Check,
  type Claims,
  denialFor,
  ToriiForbiddenError,
  type Verifier,
} from '@torii/core';
import type { Revocations } from '@torii/revocation';
import type { Namespace, Server, Socket } from 'socket.io';

type Next = (error?: Error) => void;

const callers = new WeakMap<Socket, Auth>();
const checksOf = new WeakMap<Socket, readonly Check[]>();

/** The caller of a socket. Read it for each message: it changes when the client renews its token. */
export function authOf(socket: Socket): Auth {
  const auth = callers.get(socket);
  if (auth === undefined) throw new Error('This socket has no caller. Call guardSockets(io, verifier).');
  return auth;
}

/** A middleware for a namespace, which refuses sockets unless all checks return `true`. A new token must pass them too. */
export const allow = (...checks: readonly [Check, ...Check[]]) => {
  return async (socket: Socket, next: Next) => {
    checksOf.set(socket, [...(checksOf.get(socket) ?? []), ...checks]);
    next(await check(socket).then(() => undefined, toRefusal));
  };
  async function check(socket: Socket): Promise<void> {
    await authorize(authOf(socket), socket.request, checks);
  }
};

/** Refuses sockets without a valid token, in every namespace, and disconnects a socket when its token expires or is revoked. */
export function guardSockets(io: Server, verifier: Verifier<Claims, never>, revocations?: Revocations): void {
  // Socket.IO sends the missed messages of a recovered connection before any middleware runs.
  if (io._opts.connectionStateRecovery)
    throw new Error('Remove `connectionStateRecovery`: it sends missed messages without a valid token.');
  for (const namespace of io._nsps.values()) guard(namespace);
  io.on('new_namespace', guard);

  function guard(namespace: Namespace): void {
    // Puts the middleware before all others. A namespace that matches a pattern already has the middlewares of the pattern.
    namespace['_fns'].unshift(async (socket: Socket, next: Next) => {
      next(await signIn(socket, socket.handshake.auth?.['token']));
    });
    namespace.on('connection', (socket) => {
      let watch = watchToken(socket);
      socket.on('disconnect', () => watch.abort());
      socket.on('token', async (token: unknown, done: unknown) => {
        const refusal = await signIn(socket, token, authOf(socket));
        if (refusal === undefined && socket.connected) {
          watch.abort();
          watch = watchToken(socket);
        }
        if (typeof done === 'function') done(refusal?.data ?? null);
      });
    });
  }

  async function signIn(socket: Socket, token: unknown, before?: Auth) {
    try {
      const { headers, rawHeaders } = socket.request;
      // Without cookies. With `upgrade`, so that the CSRF rule of unsafe requests applies also to polling, which begins with a GET.
      const request = { headers: { ...headers, cookie: undefined, upgrade: 'websocket' }, rawHeaders };
      const source = typeof token === 'string' ? { authorization: `Bearer ${token}` } : request;
      const auth = await verifier.authenticate(source);
      if (before && idOf(before) !== idOf(auth)) throw new ToriiForbiddenError('The token is of another user.');
      const checks = checksOf.get(socket) ?? [];
      if (before && checks.length > 0) await authorize(auth, socket.request, checks);
      callers.set(socket, auth);
      return undefined;
    } catch (error) {
      return toRefusal(error);
    }
  }

  function watchToken(socket: Socket): AbortController {
    const watch = new AbortController();
    const { signal } = watch;
    const auth = authOf(socket);
    for (const room of socket.rooms) if (room.startsWith('organization:')) socket.leave(room);
    if (auth.organization) socket.join(`organization:${auth.organization.id}`);
    const remainingMs = Math.min(auth.expiresAt * 1000 - Date.now(), 2 ** 31 - 1); // the longest timer of Node
    const ended = revocations?.untilRevoked(auth, { signal }) ?? setTimeout(remainingMs, 'token_expired', { signal });
    const end = (reason: string) => {
      socket.emit('signed_out', reason);
      socket.disconnect();
    };
    ended.then(end, (error) => {
      if (signal.aborted) return;
      console.error(error);
      end('internal_error');
    });
    return watch;
  }
}

const idOf = ({ issuer, userId, actor }: Auth) => JSON.stringify([issuer, userId, actor?.userId]);

function toRefusal(error: unknown) {
  const denial = denialFor(error);
  if (denial === undefined) console.error(error);
  const { code, reason, message } = denial?.body.error ?? { code: 'internal_error', message: 'Internal server error' };
  const retryAfterSeconds = Number(denial?.headers['Retry-After'] ?? 0);
  return Object.assign(new Error(message), { data: { code, reason, retryAfterSeconds } });
}
