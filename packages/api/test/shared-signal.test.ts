import { expect, test, vi } from 'vitest';
import { createToriiClient } from '../src/index.ts';
import { failureOf, hang, ok, refusal, type Step, scriptApi, secretKey } from './scripted-api.ts';

function watch(signal: AbortSignal): { readonly listeners: number } {
  const added = vi.spyOn(signal, 'addEventListener');
  const removed = vi.spyOn(signal, 'removeEventListener');
  return {
    get listeners() {
      return added.mock.calls.length - removed.mock.calls.length;
    },
  };
}

const fifty = Array.from({ length: 50 });

test.each<[string, Step]>([
  ['succeed', async () => ok()],
  ['fail', async () => refusal(404)],
  ['throw', async () => Promise.reject(new Error('x'))],
])('fifty calls with one signal listen to it once, and not at all after they %s', async (_name, step) => {
  const { client } = scriptApi(fifty.map(() => step));
  const { signal } = new AbortController();
  const watched = watch(signal);
  const calls = fifty.map(() => failureOf(client.users.get('ada', { signal, maxRetries: 0 })));
  expect(watched.listeners).toBe(1);
  await Promise.all(calls);
  expect(watched.listeners).toBe(0);
});

test('31: one abort ends all calls that share the signal', async () => {
  const { client } = scriptApi(fifty.map(() => hang));
  const controller = new AbortController();
  const watched = watch(controller.signal);
  const calls = fifty.map(() => failureOf(client.users.create({}, { signal: controller.signal })));
  const reason = new Error('The user left.');
  controller.abort(reason);
  for (const error of await Promise.all(calls)) expect(error).toMatchObject({ reason: 'aborted', cause: reason });
  expect(watched.listeners).toBeLessThanOrEqual(0);
});

test('a call that times out leaves no listener', async () => {
  const client = createToriiClient({ secretKey, fetch: () => new Promise(() => {}), timeoutMs: 1 });
  const { signal } = new AbortController();
  const watched = watch(signal);
  expect(await failureOf(client.users.get('ada', { signal }))).toMatchObject({ reason: 'timeout' });
  expect(watched.listeners).toBe(0);
});
