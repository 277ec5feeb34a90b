import type { Server as HttpServer } from 'node:http';
import type { Check, Claims, Verifier } from '@torii/core';
import type { Revocations } from '@torii/revocation';
import { Server } from 'socket.io';
import { allow, authOf, guardSockets } from './recipe.ts';

const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

/** A chat for the members of an organization. Administrators can end it for all, in the namespace `/admin`. */
export function serveChat(http: HttpServer, verifier: Verifier<Claims, never>, revocations?: Revocations): Server {
  const io = new Server(http);
  guardSockets(io, verifier, revocations);

  io.on('connection', (socket) => {
    socket.on('say', (text: unknown) => {
      if (typeof text !== 'string') return;
      const { userId, organization } = authOf(socket);
      if (organization) io.to(`organization:${organization.id}`).emit('said', { userId, text });
    });
  });

  const admin = io.of('/admin');
  admin.use(allow(isAdmin));
  admin.on('connection', (socket) => {
    socket.on('end', () => io.disconnectSockets());
  });
  return io;
}
