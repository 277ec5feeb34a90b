import type { Server } from 'node:http';
import { type Emulator, startEmulator } from '@torii/emulator';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { reasonOf, serveExample } from './served-app.ts';

const lines: Record<string, unknown>[] = [];
vi.mock('pino', async (load) => {
  const { pino } = await load<typeof import('pino')>();
  return { pino: () => pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }) };
});

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
  process.env['TORII_ISSUER'] = emulator.issuer;
});
afterAll(() => emulator.stop());
beforeEach(() => void lines.splice(0));

const apps: readonly [string, () => Promise<{ readonly server: Server }>][] = [
  ['express', () => import('../src/log-refusals/express.ts')],
  ['koa', () => import('../src/log-refusals/koa.ts')],
  ['hono', () => import('../src/log-refusals/hono.ts')],
  ['fastify', () => import('../src/log-refusals/fastify.ts')],
];

test.each(apps)('%s: a refusal is logged once, with its request and without the token', async (name, load) => {
  await using app = await serveExample(load);
  const token = await emulator.token({ expiresInSeconds: -60 });
  expect(await reasonOf(await app.send('/me?secret=1', token))).toBe('token_expired');
  const refusals = lines.filter((line) => 'reason' in line);
  expect(refusals).toMatchObject([{ level: 30, status: 401, reason: 'token_expired', msg: expect.any(String) }]);
  if (name === 'fastify') {
    const reqId = refusals[0]?.['reqId'];
    expect(lines).toContainEqual(
      expect.objectContaining({ reqId, req: expect.objectContaining({ method: 'GET', url: '/me?secret=1' }) }),
    );
  } else {
    expect(refusals).toMatchObject([{ method: 'GET', path: '/me' }]);
  }
  expect(JSON.stringify(lines)).not.toContain(token.slice(-20));

  lines.splice(0);
  expect((await app.send('/me', await emulator.token())).status).toBe(200);
  expect(lines.filter((line) => 'reason' in line)).toEqual([]);
});
