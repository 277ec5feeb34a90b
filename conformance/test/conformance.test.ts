import { createVerifier } from '@torii/core';
import express5 from 'express';
import express4 from 'express4';
import koa3 from 'koa';
import koa2 from 'koa2';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { createCoreInFastifyApp } from '../adapters/core-in-fastify.ts';
import { createExpressApp } from '../adapters/express.ts';
import { createExpressGuardsApp } from '../adapters/express-guards.ts';
import { createFastifyApp } from '../adapters/fastify.ts';
import { createHonoApp } from '../adapters/hono.ts';
import { createKoaApp } from '../adapters/koa.ts';
import { createNodeHttpApp } from '../adapters/node-http.ts';
import type { CreateApp } from '../adapters/subject.ts';
import {
  type CreateWebhookApp,
  createExpressWebhookApp,
  createFastifyWebhookApp,
  createHonoWebhookApp,
  createKoaWebhookApp,
} from '../adapters/webhooks.ts';
import { describeConformance } from '../src/vitest.ts';
import { writeResults } from './results.ts';

// Casts, because the types of two major versions are incompatible. The adapters use only what both versions have.
const oldExpress = express4 as unknown as typeof express5;
const oldKoa = koa2 as unknown as typeof koa3;

const adapters: Readonly<Record<string, readonly [CreateApp, CreateWebhookApp?]>> = {
  'Express 4': [createExpressApp(oldExpress), createExpressWebhookApp(oldExpress)],
  'Express 5': [createExpressApp(express5), createExpressWebhookApp(express5)],
  'Koa 2': [createKoaApp(oldKoa), createKoaWebhookApp(oldKoa)],
  'Koa 3': [createKoaApp(koa3), createKoaWebhookApp(koa3)],
  Fastify: [createFastifyApp, createFastifyWebhookApp],
  Hono: [createHonoApp, createHonoWebhookApp],
  'node:http': [createNodeHttpApp],
  'Express guards in node:http': [createExpressGuardsApp],
  'Core in Fastify': [createCoreInFastifyApp],
};

/** Core alone runs no middleware, and the app sends the response. */
const coreAlone = ['node:http', 'Core in Fastify'];

failOnCrashes();

for (const [name, [createApp, create]] of Object.entries(adapters)) {
  describeConformance(
    name,
    {
      createApp,
      createVerifier,
      ...(create && { createWebhookApp: ({ handle }) => create((id) => handle({ id, type: '' })) }),
    },
    // Core alone has no guards and no middleware, and one server is enough for the mistakes with the guards of Express.
    {
      without: create ? [] : coreAlone.includes(name) ? ['mistakes', 'rewrites', 'headers'] : ['mistakes'],
      onEnd: (results) => writeResults(name, results),
    },
  );
}
