// The app of the conformance cases, with the routes that the cases need beside it. Uses only web standards.
import { createVerifier } from '@torii/core';
import { webhookHandler } from '@torii/hono/webhooks';
import { Hono } from 'hono';
import { createFetchApp } from '../../../conformance/adapters/hono-app.ts';
import { createRevocationSource } from '../../../conformance/src/revocation-source.ts';

/** The variables that the README of `@torii/conformance` lists. */
export interface Settings {
  readonly TORII_ISSUER: string;
  readonly TORII_OPTIONS: string;
  readonly TORII_WEBHOOK_SECRET: string;
  readonly TORII_PREVIOUS_WEBHOOK_SECRET: string;
}

export function createHandler(settings: Settings): (request: Request, env: unknown) => Response | Promise<Response> {
  const { revocations: data, ...options } = JSON.parse(settings.TORII_OPTIONS);
  const source = data && createRevocationSource(data);
  const verifier = createVerifier({
    issuer: settings.TORII_ISSUER,
    ...options,
    ...(source && { revocations: source }),
  });
  const visits: string[] = [];
  const visit = (name: string): void => void visits.push(name);

  const app = new Hono();
  app.onError((_error, c) => c.json({ app: 'error' }, 500));
  app.get('/_conformance/visits', (c) => c.json(visits.splice(0)));
  app.post('/_conformance/revoke', async (c) => {
    source.revoke((await c.req.json()).name);
    return c.body(null, 204);
  });
  const secret = [settings.TORII_WEBHOOK_SECRET, settings.TORII_PREVIOUS_WEBHOOK_SECRET];
  app.post(
    '/webhooks',
    webhookHandler({ secret, store: 'memory' }, (event) => {
      visit(`/webhooks ${event.id}`);
      const type: string = event.type;
      if (type === 'test.throws') throw new Error('thrown by the app');
      if (type === 'test.throws_404') throw Object.assign(new Error('thrown by the app'), { status: 404 });
    }),
  );
  // Not mounted with `route`, which ignores that the app rewrites paths.
  const guarded = createFetchApp({ verifier, visit });
  app.all('*', (c) => guarded.fetch(c.req.raw, c.env));
  return (request, env) => app.fetch(request, env as object);
}
