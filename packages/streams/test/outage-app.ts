// An app in a separate process, with two connections to NATS. A test watches it from outside.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '@nats-io/transport-node';
import { type KeyStore, readPublishedKey, ToriiStreamError } from '../src/index.ts';
import { connectStore, createNatsStore } from '../src/nats/index.ts';

const [, , servers = ''] = process.argv;
const stores: Readonly<Record<string, KeyStore>> = {
  '/ours': await connectStore({ servers }),
  // The app's own connection, with an option without which NATS gives up after ten attempts.
  '/own': createNatsStore(await connect({ servers, maxReconnectAttempts: -1 })),
};

async function answer(path: string): Promise<string> {
  const store = stores[path];
  if (store === undefined) return 'alive';
  try {
    return (await readPublishedKey(store)).isEmpty ? 'empty' : 'published';
  } catch (error) {
    if (error instanceof ToriiStreamError) return error.reason;
    throw error; // Ends the process, as in an app that does not expect it.
  }
}

const server = createServer((req, res) => void answer(req.url ?? '').then((text) => res.end(text)));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
