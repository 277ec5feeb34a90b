import { type Auth, createVerifier, denialFor } from '@torii/core';
import { getAuth, requireAuth } from '@torii/express';
import { createRevocations, memoryFeed } from '@torii/revocation';
import express from 'express';
import { type WebSocket, WebSocketServer } from 'ws';

const { TORII_ISSUER: issuer, TORII_ENVIRONMENT_ID: environmentId, PORT = '3000' } = process.env;
export const revocations = createRevocations({ issuer, environmentId, feed: memoryFeed() }); // several servers: redisFeed
const verifier = createVerifier({ issuer, revocations });

const app = express();
app.use(requireAuth(verifier));

// #region events
app.get('/events', async (req, res) => {
  const auth = getAuth(req);
  const closed = new AbortController();
  res.once('close', () => closed.abort());
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'private, no-store' });
  res.write(`data: Hello ${auth.userId}\n\n`);
  const reason = await revocations.untilRevoked(auth, { signal: closed.signal }).catch(() => 'closed');
  res.end(`event: signed_out\ndata: ${reason}\n\n`);
});
// #endregion

export const server = app.listen(Number(PORT));

// #region socket
const sockets = new WebSocketServer({ server, path: '/chat', maxPayload: 20_000 });
sockets.on('connection', (socket) => {
  const closed = new AbortController();
  socket.once('close', () => closed.abort());
  socket.on('error', () => {}); // without a listener, an error such as a too large message would end the process. `ws` closes the socket
  const late = setTimeout(() => socket.close(4401, 'token_missing'), 5_000);

  // The first message is the token. The client waits for the answer: messages before it are dropped.
  socket.once('message', async (data) => {
    clearTimeout(late);
    try {
      const auth = await verifier.verify(String(data));
      const ended = revocations.untilRevoked(auth, { signal: closed.signal });
      serve(socket, auth);
      const reason = await ended;
      socket.removeAllListeners('message');
      socket.close(reason === 'revocations_unavailable' ? 1013 : 4401, reason);
    } catch (error) {
      if (closed.signal.aborted) return;
      const denial = denialFor(error);
      if (denial) return socket.close(denial.status === 503 ? 1013 : 4401, denial.body.error.reason);
      console.error(error);
      socket.close(1011, 'internal_error');
    }
  });
});

function serve(socket: WebSocket, { userId }: Auth): void {
  socket.send(`Hello ${userId}`);
  socket.on('message', (data) => socket.send(`${userId}: ${data}`));
}
// #endregion
