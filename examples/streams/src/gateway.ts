// A gateway to play with, which stands in for Turbocable's: it watches one key in NATS, lets WebSockets in by it, and says
// which one it is. A socket that is open stays open.
import { createHash, createPublicKey } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { matchesStream, readStreamEnvironment, verifyStreamToken } from '@torii/streams';

const { bucket = 'TC_PUBKEYS', key = 'rails_public_key' } = readStreamEnvironment().slot;
let publicKey: string | undefined;
const nats = await connect({ servers: process.env['NATS_URL'] ?? 'nats://127.0.0.1:4222', maxReconnectAttempts: -1 });
void watchKey();

const server = createServer((request, response) => {
  const isKnown = request.url === '/pubkey' && publicKey !== undefined;
  response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/x-pem-file' }).end(isKnown ? publicKey : '');
});
server.on('upgrade', async (request: IncomingMessage, socket: Duplex) => {
  socket.on('error', () => socket.destroy());
  const isIn = await mayRead(request.url ?? '/').catch(() => false);
  if (!isIn) return void socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${acceptFor(String(request.headers['sec-websocket-key']))}\r\n\r\n`,
  );
  socket.resume();
});
server.listen(Number(process.env['PORT'] ?? 3001), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`The gateway listens on http://127.0.0.1:${address?.port}`);
});

/** `/cable?token=…&stream=chat_1` */
async function mayRead(path: string): Promise<boolean> {
  // In here, since `//` and the like throw: whoever asks must not be able to end the process.
  const { searchParams } = new URL(path, 'http://gateway');
  const { allowedStreams } = await verifyStreamToken(searchParams.get('token') ?? '', { publicKey });
  return allowedStreams.some((pattern) => matchesStream(pattern, searchParams.get('stream') ?? ''));
}

async function watchKey(): Promise<void> {
  for (;;) {
    try {
      const keys = await new Kvm(nats).open(bucket);
      for await (const entry of await keys.watch({ key })) {
        publicKey = createPublicKey(entry.string()).export({ type: 'spki', format: 'pem' }).toString();
      }
    } catch {
      // No bucket yet, or NATS is away.
    }
    await sleep(200);
  }
}

// RFC 6455 4.2.2
function acceptFor(nonce: string): string {
  return createHash('sha1').update(`${nonce}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
