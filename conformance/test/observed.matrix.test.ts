import express from 'express';
import koa from 'koa';
import { createExpressApp } from '../adapters/express.ts';
import { createFastifyApp } from '../adapters/fastify.ts';
import { createHonoApp } from '../adapters/hono.ts';
import { createKoaApp } from '../adapters/koa.ts';
import type { CreateApp } from '../adapters/subject.ts';
import { describeObserved } from './observed-answers.ts';

const adapters: Readonly<Record<string, CreateApp>> = {
  Express: createExpressApp(express),
  Koa: createKoaApp(koa),
  Fastify: createFastifyApp,
  Hono: createHonoApp,
};

for (const [name, createApp] of Object.entries(adapters)) describeObserved(name, createApp);
