// An app as the README shows it, without error listeners, in a separate process. A test watches it from outside.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import KeyvMemcache from '@keyv/memcache';
import KeyvPostgres from '@keyv/postgres';
import KeyvRedis from '@keyv/redis';
import { createVerifier, denialFor } from '@torii/core';
import { createWebhookReceiver } from '@torii/core/webhooks';
import { Keyv } from 'keyv';
import { createAuthz } from '../src/index.ts';

const [, , store = '', storePort = '', issuer = '', secret = ''] = process.argv;

const stores: Readonly<Record<string, () => Keyv>> = {
  redis: () => new Keyv(new KeyvRedis(`redis://127.0.0.1:${storePort}`)),
  memcached: () => new Keyv({ store: new KeyvMemcache(`127.0.0.1:${storePort}`) }),
  postgres: () => new Keyv({ store: new KeyvPostgres(`postgresql://postgres@127.0.0.1:${storePort}/postgres`) }),
  memory: () => new Keyv(),
};

function createStore(namespace: string): Keyv {
  const keyv = stores[store]?.();
  if (keyv === undefined) throw new Error(`unknown store: ${store}`);
  keyv.namespace = namespace;
  return keyv;
}

const permissions = createStore('rbac');
const authz = createAuthz({ permissions: { store: permissions }, refreshSeconds: 1, timeoutMs: 900 });
const verifier = createVerifier({ issuer, checks: authz.checks });
const webhooks = createWebhookReceiver({ secret, store: createStore('webhooks') });

const routes: Readonly<Record<string, (req: IncomingMessage) => Promise<readonly [status: number, reason: string]>>> = {
  '/alive': async () => [200, ''],
  '/document': async () => {
    const written = permissions.set('permissions', { permissions: { clerk: ['invoices:get'] } });
    // After a frozen server, the client of Memcached may forget a write and never settle it.
    await Promise.race([written, sleep(2_000)]);
    await authz.refresh();
    return [200, ''];
  },
  '/invoices': async (req) => {
    await verifier.authenticate(req);
    return [200, ''];
  },
  '/webhooks': async (req) => {
    const { status, body } = await webhooks.receive({ headers: req.headers, payload: req }, () => {});
    return [status, 'error' in body ? body.error.reason : body.status];
  },
};

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const [status, reason] = (await routes[req.url ?? '']?.(req)) ?? [404, ''];
    res.writeHead(status).end(reason);
  } catch (error) {
    const denial = denialFor(error);
    if (denial === undefined) throw error; // Ends the process, as in an app that does not expect it.
    res.writeHead(denial.status).end(denial.body.error.reason);
  }
}

const server = createServer((req, res) => void answer(req, res));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
