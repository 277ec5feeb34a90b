// The code of docs/write-an-adapter.md, as a reader saves it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Check, Verifier } from '@torii/core';
import * as core from '@torii/core';
import { afterAll, expect, test } from 'vitest';
import { readPage } from '../../scripts/check-docs.ts';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { repository } from '../../scripts/workspace.ts';
import type { WebhookSubject } from '../src/app-server.ts';
import { listenFetch } from '../src/fetch-listener.ts';
import { changeForFetch } from '../src/fetch-servers.ts';
import { createRoutes } from '../src/routes.ts';
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

interface Context {
  readonly request: Request;
  readonly auth?: { readonly userId: string } | null;
}
type Middleware = (context: Context, next: () => Promise<Response>) => Promise<Response>;
interface FetchGuards {
  requireAuth(verifier: Verifier): Middleware;
  optionalAuth(verifier: Verifier): Middleware;
  allow(check: Check): Middleware;
}

interface FetchWebhooks {
  webhookHandler(options: object, handler: WebhookSubject['handle']): (request: Request) => Promise<Response>;
}

const guards: FetchGuards = await import(join(folder, 'src', 'fetch-guards.ts'));
const fetchWebhooks: FetchWebhooks = await import(join(folder, 'src', 'fetch-webhooks.ts'));

describeConformance(
  'Fetch requests, from the guide',
  {
    createVerifier,
    listen: listenFetch,
    createWebhookApp: ({ secrets, handle }: WebhookSubject) => {
      const receive = fetchWebhooks.webhookHandler({ secret: secrets, store: 'memory' }, handle);
      return (request: Request) => receive(request).catch(() => new Response(null, { status: 500 }));
    },
    createApp: ({ verifier, visit }: { verifier: Verifier; visit: (name: string) => void }) => {
      const { optional, isAdmin, checks, throwAsApp, answerError } = createRoutes(core);
      const [required, open] = [guards.requireAuth(verifier), guards.optionalAuth(verifier)];
      return async (request: Request): Promise<Response> => {
        const { pathname } = new URL(request.url);
        const context: Context = { request };
        const check = pathname === optional.guarded ? isAdmin : checks[pathname];
        const isOptional = pathname === optional.open || pathname === optional.guarded;
        const chain = [isOptional ? open : required, ...(check === undefined ? [] : [guards.allow(check)])];
        const isPublic = pathname === '/health' || pathname.startsWith('/docs/');
        const handler = check ? pathname : isOptional ? 'optional' : isPublic ? 'public' : 'rest';
        const [, isGuarded, name] = /^\/mistakes\/(guarded\/)?(\w+)$/.exec(pathname) ?? [];
        if (name !== undefined) {
          const functions: Readonly<Record<string, unknown>> = { ...guards, createVerifier };
          chain.splice(0, isGuarded ? 0 : 1);
          chain.push(functions[name] as Middleware);
        }
        const run = async ([guard, ...later]: readonly Middleware[]): Promise<Response> =>
          guard === undefined ? handle() : guard(context, () => run(later));
        const handle = async () => {
          if (pathname === '/throws') throwAsApp();
          visit(handler);
          return Response.json({ handler, userId: context.auth?.userId ?? null });
        };
        return run(chain).catch((error) => {
          const { status, body } = answerError(error);
          return Response.json(body, { status });
        });
      };
    },
  },
  { change: changeForFetch },
);

test('every file of the guide was found', () => {
  const paths = page.blocks.flatMap(({ code }) => /^\/\/ (\S+\.ts)\n/.exec(code)?.[1] ?? []);
  expect(paths.toSorted()).toEqual([
    'src/fetch-guards.ts',
    'src/fetch-webhooks.ts',
    'src/index.ts',
    'src/webhooks.ts',
    'test/app.ts',
    'test/conformance.test.ts',
    'test/webhook-app.ts',
  ]);
});
