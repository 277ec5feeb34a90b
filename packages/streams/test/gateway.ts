import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';

/** A stand-in for the gateway. It uses no code of this package, so that it cannot share a mistake with the tested code. */
export interface Gateway extends AsyncDisposable {
  readonly url: string;
  /** The public key that it uses. */
  readonly pem: string;
  /** Whether it would open a WebSocket for this token: RS256, the four required claims, no leeway. */
  admits(token: string): boolean;
  /** With `true`, `GET /pubkey` gets no response from now on. With `false`, it does again. */
  hang(hangs: boolean): void;
}

/**
 * Starts a gateway that watches the slot in NATS and never creates the bucket. `file` is the key in the file that
 * TURBOCABLE_JWT_PUBLIC_KEY_PATH names: it overrides the slot.
 */
export async function startGateway(options: {
  readonly servers: string;
  readonly file?: string;
  readonly bucket?: string;
  readonly key?: string;
}): Promise<Gateway> {
  const { servers, file, bucket = 'TC_PUBKEYS', key = 'rails_public_key' } = options;
  const nats = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  let pem = file ?? '';
  let hangs = false;
  let closed = false;
  if (file === undefined) void watch();

  async function watch(): Promise<void> {
    const manager = await new Kvm(nats).open(bucket);
    while (!closed) {
      try {
        for await (const entry of await manager.watch({ key })) {
          if (entry.operation === 'PUT') pem = entry.string();
        }
      } catch {
        // The bucket does not exist yet, or NATS is unavailable.
      }
      await sleep(100);
    }
  }

  const server = createServer((request, response) => {
    if (hangs) return;
    const isKnown = request.url === '/pubkey' && pem !== '';
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'text/plain' }).end(isKnown ? pem : '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get pem() {
      return pem;
    },
    admits(token) {
      return hasValidClaims(token) && isSignedBy(pem, token);
    },
    hang(value) {
      hangs = value;
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      server.closeAllConnections();
      server.close();
      await nats.close();
    },
  };
}

const keys = new Map<string, KeyObject>();

function isSignedBy(pem: string, token: string): boolean {
  if (pem === '') return false;
  const key = keys.get(pem) ?? createPublicKey(pem);
  keys.set(pem, key);
  const end = token.lastIndexOf('.');
  const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  return header.alg === 'RS256' && verify('sha256', Buffer.from(token.slice(0, end)), key, signature);
}

function hasValidClaims(token: string): boolean {
  const { sub, iat, exp, allowed_streams } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const isComplete = typeof sub === 'string' && typeof iat === 'number' && Array.isArray(allowed_streams);
  return isComplete && typeof exp === 'number' && Date.now() / 1000 < exp;
}
