import { expect, test, vi } from 'vitest';
import { nowSeconds } from './mint.ts';
import { observe } from './observing.ts';
import { bearer, ours, torii } from './two-makers.ts';

test('[36] at most 1,000 observations run in a process, and those that hang are forgotten after a minute', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'Date'] });
  const hanging = torii({ checks: [() => new Promise<never>(() => {})] });
  const { verifier, events } = observe(hanging);
  const token = await ours({ exp: nowSeconds() + 3600 });
  const send = async (times: number) => {
    for (let i = 0; i < times; i++) expect((await verifier.authenticate(bearer(token)))?.userId).toBe('ada');
    await vi.advanceTimersByTimeAsync(1);
  };
  await send(1_000);
  expect(events).toEqual([]);
  await send(3);
  expect(events).toEqual(Array(3).fill({ type: 'not_observed', why: 'busy' }));
  await vi.advanceTimersByTimeAsync(60_000);
  await send(5);
  expect(events).toHaveLength(3);
  vi.useRealTimers();
});
