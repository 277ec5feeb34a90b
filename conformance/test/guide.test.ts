// The code of docs/write-an-adapter.md, as a reader saves it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Verifier } from '@torii/core';
import * as core from '@torii/core';
import { type H3, toNodeHandler } from 'h3';
import { afterAll, expect, test } from 'vitest';
import { readPage } from '../../scripts/check-docs.ts';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { repository } from '../../scripts/workspace.ts';
import type { Subject, WebhookSubject } from '../src/app-server.ts';
import { listenFetch } from '../src/fetch-listener.ts';
import { changeForFetch } from '../src/fetch-servers.ts';
import { describeConformance } from '../src/vitest.ts';
import { writeResults } from './results.ts';

failOnCrashes();

// In this folder, because the code imports connect.
const folder = join(import.meta.dirname, '..', '.guide');
const page = readPage(readFileSync(join(repository, 'docs', 'write-an-adapter.md'), 'utf8'));
for (const { code } of page.blocks) {
  const [, path] = /^\/\/ ((?:src|test)\/\S+)\n/.exec(code) ?? [];
  if (path === undefined) continue;
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), code);
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { createApp } = await import(join(folder, 'test', 'app.ts'));
const { createWebhookApp } = await import(join(folder, 'test', 'webhook-app.ts'));
const { createVerifier } = core;

describeConformance(
  'Connect, from the guide',
  { createApp, createWebhookApp, createVerifier },
  { onEnd: (results) => writeResults('Connect, from the guide', results) },
);

const h3App = await import(join(folder, 'test', 'h3-app.ts'));

describeConformance('h3, from the guide', {
  createApp: (subject: Subject<Verifier>) => toNodeHandler(h3App.createApp(subject)),
  createWebhookApp: (subject: WebhookSubject) => toNodeHandler(h3App.createWebhookApp(subject)),
  createVerifier,
});

// As on Bun, Deno and Workers: no request of Node is behind the Fetch request.
describeConformance(
  'h3 without Node, from the guide',
  {
    createApp: h3App.createApp,
    createWebhookApp: h3App.createWebhookApp,
    createVerifier,
    listen: (app: H3) => listenFetch(app.fetch),
  },
  { change: changeForFetch },
);

test('every file of the guide was found', () => {
  const paths = page.blocks.flatMap(({ code }) => /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? []);
  expect(paths.toSorted()).toEqual([
    'src/elysia.ts',
    'src/fetch-webhooks.ts',
    'src/h3.ts',
    'src/index.ts',
    'src/webhooks.ts',
    'test/app.ts',
    'test/conformance.test.ts',
    'test/h3-app.ts',
    'test/h3.test.ts',
    'test/webhook-app.ts',
  ]);
});
