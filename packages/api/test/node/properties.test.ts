import * as fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { ok, refusal, scriptApi } from '../scripted-api.ts';

const root = '/api/server/v1/users/';

afterEach(() => {
  vi.useRealTimers();
});

test('30: whatever an id is, it is one segment of the path, or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (id) => {
      const { torii, sent } = scriptApi([ok()]);
      const outcome: unknown = await torii.users.get(id).catch((error: unknown) => error);
      const [request] = sent;
      if (request === undefined) {
        expect(outcome).toMatchObject({ option: 'userId' });
        expect(id === '' || id === '.' || id === '..' || /\p{Surrogate}/u.test(id)).toBe(true);
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

test('whatever an update is given, it sends what was meant and nothing else', async () => {
  const value = fc.option(fc.string(), { nil: null });
  const fields = fc.record({ name: value, phone: value, address: value }, { requiredKeys: [] });
  await fc.assert(
    fc.asyncProperty(fields, async (update) => {
      const { torii, sent } = scriptApi([ok()]);
      await torii.users.update('ada', update);
      expect(sent[0]?.body).toEqual(update);
    }),
  );
});

test('31: whatever Retry-After says, the call ends within its time', async () => {
  vi.useFakeTimers();
  const text = fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.double().map(String), fc.date().map(String));
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const steps = [refusal(429, 'slow_down', { 'retry-after': value.trim() }), ok()];
      let isOver = false;
      const end = () => {
        isOver = true;
      };
      scriptApi(steps).torii.users.get('ada', { timeoutMs: 20 }).then(end, end);
      await vi.advanceTimersByTimeAsync(20);
      expect(isOver).toBe(true);
    }),
    { numRuns: 50 },
  );
});
