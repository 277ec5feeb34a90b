import { getRequestListener } from '@hono/node-server';
import { createFetchApp } from './hono-app.ts';
import type { CreateApp } from './subject.ts';

export const createHonoApp: CreateApp = (subject) =>
  getRequestListener(createFetchApp(subject).fetch, { overrideGlobalObjects: false });
