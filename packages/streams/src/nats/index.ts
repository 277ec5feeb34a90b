import type { KeyStore } from '../keys/slot.ts';
import { type NatsOptions, openConnection } from './connection.ts';
import { createNatsStore } from './store.ts';

export type { KeyStore, StoreEntry } from '../keys/slot.ts';
export { connectNats, type NatsOptions } from './connection.ts';
export type { NatsLogin } from './login.ts';
export { createNatsStore } from './store.ts';
export type { NatsTls } from './tls.ts';

/** A key-value store that owns its connection. Close it with `close()` or `await using`. */
export interface ConnectedStore extends KeyStore, AsyncDisposable {
  close(): Promise<void>;
}

/**
 * Connects to a key-value store in NATS, for `publishPublicKey` and `createRotation`. Reconnects automatically after an
 * outage of the server.
 *
 * @example
 * await using kv = await connectStore({ servers: process.env.NATS_URL, login: { credentialsFile: 'deploy.creds' } });
 * await publishPublicKey(kv, signer.publicKey);
 *
 * @throws ToriiConfigError for a wrong option
 * @throws ToriiStreamError `store_unavailable` or `store_refused`
 */
export async function connectStore(options: NatsOptions): Promise<ConnectedStore> {
  const connection = await openConnection(options, 'connectStore({ servers: process.env.NATS_URL })');
  const close = (): Promise<void> => connection.close();
  return { ...createNatsStore(connection), close, [Symbol.asyncDispose]: close };
}
