import { type Meter, metrics, type Span, trace } from '@opentelemetry/api';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type ServedApp, serveExample } from './served-app.ts';

const lines: Record<string, unknown>[] = [];
vi.mock('pino', async (load) => {
  const { pino } = await load<typeof import('pino')>();
  return { pino: (options: object) => pino(options, { write: (line: string) => void lines.push(JSON.parse(line)) }) };
});

let emulator: Emulator;
let app: ServedApp;
let metricsApp: ServedApp;

beforeAll(async () => {
  emulator = await startEmulator();
  process.env['TORII_ISSUER'] = emulator.issuer;
  process.env['METRICS_PORT'] = '0';
  app = await serveExample(() => import('../src/monitoring.ts'));
  const { metricsServer: server } = await import('../src/monitoring.ts');
  metricsApp = await serveExample(async () => ({ server }));
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await metricsApp[Symbol.asyncDispose]();
  await emulator.stop();
});

beforeEach(() => void lines.splice(0));

test('a refusal is counted and logged, without the token', async () => {
  const token = await emulator.token({ claims: { aud: 'https://chat.example' } });
  await app.send('/me', token);
  expect(lines).toMatchObject([{ reason: 'audience_refused', claim: 'aud', actual: 'https://chat.example' }]);
  expect(JSON.stringify(lines)).not.toContain(token.slice(-20));
  expect(await countOf('torii_decisions_total{outcome="refused",reason="audience_refused"}')).toBe(1);
});

test('a failed fetch of the keys is counted from 0 on, and logged with its cause', async () => {
  expect(await (await metricsApp.send('/metrics')).text()).toContain('{outcome="failed_without_keys"} 0');
  emulator.fail('keys', { times: 1 });
  await app.send('/me', await emulator.token());
  expect(lines).toMatchObject([
    { level: 50, usable: false, msg: 'the key endpoint returned status 503', err: { message: expect.any(String) } },
    { reason: 'keys_unavailable' },
  ]);
  expect(await countOf('torii_key_fetches_total{outcome="failed_without_keys"}')).toBe(1);
});

test('an accepted request is counted and not logged', async () => {
  await expect.poll(async () => (await app.send('/me', await emulator.token())).status).toBe(200);
  lines.splice(0);
  const before = await countOf('torii_decisions_total{outcome="verified",reason=""}');
  await app.send('/me', await emulator.token());
  expect(await countOf('torii_decisions_total{outcome="verified",reason=""}')).toBe(before + 1);
  expect(await countOf('torii_key_fetches_total{outcome="fetched"}')).toBe(1);
  expect(lines).toEqual([]);
});

test('the metrics and the span of OpenTelemetry get the reason and the user id', async () => {
  const added: unknown[] = [];
  const meter = {
    createCounter: () => ({ add: (...args: unknown[]) => void added.push(args) }),
    createHistogram: () => ({ record: (value: number) => void added.push(['fetched', typeof value]) }),
  };
  vi.spyOn(metrics, 'getMeter').mockReturnValue(meter as unknown as Meter);
  const span = { setAttribute: vi.fn(), addEvent: vi.fn() };
  vi.spyOn(trace, 'getActiveSpan').mockReturnValue(span as unknown as Span);

  const { verifier } = await import('../src/opentelemetry.ts');
  await verifier.verify(await emulator.token({ userId: 'ada' }));
  await verifier.verify(await emulator.token({ expiresInSeconds: -60 })).catch(() => {});
  expect(added).toContainEqual([1, { outcome: 'verified' }]);
  expect(added).toContainEqual([1, { outcome: 'refused', reason: 'token_expired' }]);
  expect(span.setAttribute).toHaveBeenCalledWith('enduser.id', 'ada');
  expect(span.addEvent).toHaveBeenCalledWith('torii.refused', { reason: 'token_expired' });
  vi.restoreAllMocks();
});

async function countOf(metric: string): Promise<number> {
  const text = await (await metricsApp.send('/metrics')).text();
  const line = text.split('\n').find((each) => each.startsWith(`${metric} `));
  return Number(line?.slice(metric.length + 1) ?? 0);
}
