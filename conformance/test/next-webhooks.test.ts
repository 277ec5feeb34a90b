import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { hasCacheComponents } from '../../packages/next/test/apps.ts';
import { buildLimitMs, type RunningApp, startApp } from '../../packages/next/test/running-app.ts';
import { secrets } from '../adapters/webhooks.ts';
import { readWebhookTable } from '../src/case-table.ts';
import { deliver, findDeliveryProblems } from '../src/webhook-delivery.ts';

const { cases } = readWebhookTable();
const paths = ['/webhooks', '/webhooks-on-edge', '/webhooks-read'];

describe.each(['Next 16, proxy.ts', 'Next 15, middleware.ts'] as const)('%s', (variant) => {
  let app: RunningApp;
  beforeAll(async () => {
    vi.stubEnv('WEBHOOK_SECRET', secrets.current);
    vi.stubEnv('PREVIOUS_WEBHOOK_SECRET', secrets.previous);
    app = await startApp(variant, { issuer: 'https://issuer.test', options: { publicPaths: paths } });
    vi.unstubAllEnvs();
  }, buildLimitMs);
  afterAll(() => app?.[Symbol.asyncDispose]());

  // next.real.test.ts tests the runtime of Node. With cacheComponents, Next refuses `runtime = 'edge'`. Code on the edge runtime cannot
  // write the file that records visits.
  test.each(
    (hasCacheComponents(variant) ? [] : cases).map(
      (each) => [each.statement ? `[${each.statement}] ` : '', each.name, each] as const,
    ),
  )('on the edge runtime: %s%s', async (_statement, _name, each) => {
    const { answer } = await deliver(`${app.url}/webhooks-on-edge`, each);
    expect(findDeliveryProblems(each, answer)).toEqual([]);
  });

  test('answers 500 if the app has read the body before, and logs how to fix it', async () => {
    const { answer } = await deliver(`${app.url}/webhooks-read`, { name: '', answer: { status: 500 } });
    expect(answer.status).toBe(500);
    expect(app.takeVisits()).toEqual([]);
    await vi.waitFor(() => expect(app.output()).toMatch(/ToriiConfigError.*request\.clone/));
  });

  test(
    'answers 500 if the secret is not set, and logs it',
    async () => {
      await using bare = await startApp(variant, { issuer: 'https://issuer.test', options: { publicPaths: paths } });
      const { answer } = await deliver(`${bare.url}/webhooks`, { name: '', answer: { status: 500 } });
      expect(answer.status).toBe(500);
      await expect.poll(() => bare.output()).toContain('`secret` is not set');
    },
    buildLimitMs,
  );
});
