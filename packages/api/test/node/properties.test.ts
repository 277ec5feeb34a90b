import * as fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { ok, refusal, scriptApi } from '../scripted-api.ts';

const root = '/api/server/v1/users/';

afterEach(() => {
  vi.useRealTimers();
});

test('30: any id is either sent as one path segment or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (id) => {
      const { client, sent } = scriptApi([ok()]);
      const outcome: unknown = await client.users.get(id).catch((error: unknown) => error);
      const [request] = sent;
      if (request === undefined) {
        expect(outcome).toMatchObject({ option: 'userId' });
        expect(id === '' || id === '.' || id === '..' || /\p{Surrogate}|eyJ|^(undefined|null)$|@/u.test(id)).toBe(true);
        return;
      }
      expect(request.url.origin).toBe('https://api.torii.so');
      expect(request.url.pathname.startsWith(root)).toBe(true);
      expect(decodeURIComponent(request.url.pathname.slice(root.length))).toBe(id);
      expect(request.url.pathname.slice(root.length)).not.toContain('/');
      expect(request.url.search + request.url.hash).toBe('');
    }),
  );
});

test('any update sends exactly its fields', async () => {
  const value = fc.option(fc.string(), { nil: null });
  const fields = fc.record({ firstName: value, lastName: value }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(fields, async (update) => {
      const { client, sent } = scriptApi([ok()]);
      await client.users.update('ada', update);
      expect(sent[0]?.body).toEqual(update);
    }),
  );
});

test('31: a call ends within its timeout for any Retry-After', async () => {
  vi.useFakeTimers();
  const text = fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.double().map(String), fc.date().map(String));
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const steps = [refusal(429, 'slow_down', { 'retry-after': value.trim() }), ok()];
      let isOver = false;
      const end = () => {
        isOver = true;
      };
      scriptApi(steps).client.users.get('ada', { timeoutMs: 20 }).then(end, end);
      await vi.advanceTimersByTimeAsync(20);
      expect(isOver).toBe(true);
    }),
    { numRuns: 50 },
  );
});
