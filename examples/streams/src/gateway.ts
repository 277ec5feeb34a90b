// A small stand-in for Turbocable's gateway. It watches one public key in NATS, opens a WebSocket for a token that was signed
// with that key, and returns the key at GET /pubkey. Open sockets stay open when the key changes.
import { createHash, createPublicKey } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { matchesStream, readStreamEnvironment, verifyStreamToken } from '@torii/streams';

const { bucket = 'TC_PUBKEYS', key = 'rails_public_key' } = readStreamEnvironment().slot;
let publicKey: string | undefined;
const servers = (process.env['NATS_URL'] ?? 'nats://127.0.0.1:4222').split(',').map((url) => url.trim());
const nats = await connect({ servers, maxReconnectAttempts: -1 });
void watchKey();

const server = createServer((request, response) => {
  const isKnown = request.url === '/pubkey' && publicKey !== undefined;
  if (isKnown) response.setHeader('content-type', 'application/x-pem-file').end(publicKey);
  else response.writeHead(404).end();
});
server.on('upgrade', async (request: IncomingMessage, socket: Duplex) => {
  socket.on('error', () => socket.destroy());
  const isAllowed = await mayRead(request.url ?? '/').catch(() => false);
  if (!isAllowed)
    return void socket.end('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n');
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

/** Whether a request such as `/cable?token=…&stream=chat_1` may read the stream. */
async function mayRead(path: string): Promise<boolean> {
  // `new URL('//', …)` throws. The caller catches it here, so that no request can crash the process.
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
      // The bucket does not exist yet, or NATS is unavailable.
    }
    await sleep(200);
  }
}

// The constant is from RFC 6455 4.2.2.
function acceptFor(nonce: string): string {
  return createHash('sha1').update(`${nonce}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
