import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express5 from 'express';
import express4 from 'express4';
import koa3 from 'koa';
import koa2 from 'koa2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { createExpressWebhookApp, createFastifyWebhookApp, createKoaWebhookApp } from '../adapters/webhooks.ts';
import { deliverCase, judgeDelivery, webhookCases } from './deliver.ts';

const servers = {
  // Casts, because the types of two major versions are incompatible. The adapters use only what both versions have.
  'Express 4': createExpressWebhookApp(express4 as unknown as typeof express5),
  'Express 5': createExpressWebhookApp(express5),
  'Koa 2': createKoaWebhookApp(koa2 as unknown as typeof koa3),
  'Koa 3': createKoaWebhookApp(koa3),
  Fastify: createFastifyWebhookApp,
};

failOnCrashes();

describe.each(Object.entries(servers))('%s', (_name, createApp) => {
  const handled: string[] = [];
  const server = createServer(createApp((eventId) => void handled.push(eventId)));
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test.each(webhookCases.map((each) => [each.statement ? `[${each.statement}] ` : '', each.name, each] as const))(
    '%s%s',
    async (_statement, _name, each) => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`;
      const { id, answer } = await deliverCase(url, each);
      judgeDelivery(each, answer);
      expect(handled.filter((eventId) => eventId === id)).toHaveLength(each.handled ?? 0);
    },
  );
});
