import { expect, test } from 'vitest';
import type { Answer, BodyPiece } from '../src/world/network.ts';
import { createBareWorld } from './bare-world.ts';

const origin = 'https://s.test';

function setUp(answer: Answer) {
  const { world, platformOf } = createBareWorld();
  const process = world.startProcess('p');
  const seen = { requests: 0, ended: [] as string[] };
  world.network.latency = { leastMs: 10, mostMs: 10 };
  world.network.addServer(origin, () => {
    seen.requests += 1;
    return answer;
  });
  const { platformFetch } = platformOf(process);
  const send = (init: RequestInit = {}): void => {
    void platformFetch(`${origin}/keys`, init)
      .then((response) => response.text())
      .then(
        (text) => seen.ended.push(`${world.nowMs} ${text.length > 20 ? text.length : text}`),
        (error: Error) =>
          seen.ended.push(`${world.nowMs} ${(error.cause as { code?: string })?.code ?? error.message}`),
      );
  };
  return { world, process, seen, send };
}

const whole: Answer = { status: 200, body: 'whole', afterMs: 5 };

test.each<[string, Answer, string]>([
  ['a whole answer', whole, '25 whole'],
  ['a reset connection', 'reset', '20 ECONNRESET'],
  ['an error of the connection', { fails: new Error('cut'), afterMs: 1 }, '21 cut'],
  ['pieces that come slowly', { status: 200, body: slowly('ab', 'cd') }, '220 abcd'],
  ['a body that is cut off', { status: 200, body: slowly('ab', null) }, '220 UND_ERR_SOCKET'],
])('brings %s', async (_kind, answer, ended) => {
  const { world, seen, send } = setUp(answer);
  send();
  await world.runUntil(1000);
  expect(seen.ended).toEqual([ended]);
});

test.each([
  ['refused', 0, ['10 ECONNREFUSED']],
  ['lost', 0, []],
  ['answers lost', 1, []],
] as const)('over a link that is %s, %d requests arrive', async (link, requests, ended) => {
  const { world, process, seen, send } = setUp(whole);
  world.network.setLink(process.name, origin, link);
  send();
  await world.runUntil(1000);
  expect(seen).toEqual({ requests, ended });
});

test('loses an answer if the link fails while it is under way, and a link to all counts for each', async () => {
  const { world, seen, send } = setUp(whole);
  send();
  world.schedule.at(15, () => world.network.setLink('*', origin, 'lost'));
  world.schedule.at(500, () => world.network.setLink('*', origin, 'open'));
  world.schedule.at(600, () => send());
  await world.runUntil(1000);
  expect(seen).toEqual({ requests: 2, ended: ['625 whole'] });
});

test('an unknown server refuses the connection', async () => {
  const { world, platformOf } = createBareWorld();
  const failed = platformOf(world.startProcess('p')).platformFetch('https://nowhere.test/');
  const ended = expect(failed).rejects.toThrow('fetch failed');
  await world.runUntil(100);
  await ended;
});

test.each([
  ['before it is sent', 0, 'hang'],
  ['while the server hangs', 50, 'hang'],
  ['while the body comes', 100, { status: 200, body: slowly('ab', 'cd') }],
] as const)('a fetch that is aborted %s rejects at once with the reason', async (_when, atMs, answer) => {
  const { world, seen, send } = setUp(answer);
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error('too late'));
  if (atMs === 0) abort();
  else world.schedule.at(atMs, abort);
  send({ signal: controller.signal });
  await world.runUntil(1000);
  expect(seen.ended).toEqual([`${atMs} too late`]);
});

test('a frozen process gets its answer after the thaw', async () => {
  const { world, process, seen, send } = setUp(whole);
  send();
  world.schedule.at(5, () => process.freeze({ stopsSteadyClock: false }));
  world.schedule.at(400, () => process.thaw());
  await world.runUntil(1000);
  expect(seen.ended).toEqual(['400 whole']);
});

test('a body that never ends can be canceled, and does not keep the clock from moving', async () => {
  let pieces = 0;
  function* endless(): Generator<BodyPiece> {
    for (;;) {
      pieces += 1;
      yield { afterMs: 0, text: 'x' };
    }
  }
  const { world, platformOf } = createBareWorld();
  world.network.addServer(origin, () => ({ status: 200, body: endless() }));
  const { platformFetch } = platformOf(world.startProcess('p'));
  let isDone = false;
  void platformFetch(origin).then(async ({ body }) => {
    const reader = body?.getReader();
    for (let i = 0; i < 500; i++) await reader?.read();
    await reader?.cancel();
    isDone = (await reader?.read())?.done === true;
  });
  await world.runUntil(1000);
  expect({ isDone, pieces }).toEqual({ isDone: true, pieces: 500 });
});

test('follows a redirect unless told not to', async () => {
  const { world, platformOf } = createBareWorld();
  world.network.addServer(origin, () => ({ status: 302, headers: { location: 'https://other.test/' }, body: '' }));
  world.network.addServer('https://other.test', () => ({ status: 200, body: 'other' }));
  const { platformFetch } = platformOf(world.startProcess('p'));
  const statuses: number[] = [];
  void platformFetch(origin).then(({ status }) => statuses.push(status));
  void platformFetch(origin, { redirect: 'manual' }).then(({ status }) => statuses.push(status));
  await world.runUntil(1000);
  expect(statuses.sort()).toEqual([200, 302]);
});

test('a call of a store whose answer is lost has done its work', async () => {
  const { world } = createBareWorld();
  const process = world.startProcess('p');
  let value = 0;
  const write = (): Promise<number> => world.network.call(process, origin, () => ++value);
  const ended: string[] = [];
  const send = (): void =>
    void write().then(
      () => ended.push('written'),
      () => ended.push('failed'),
    );
  for (const [atMs, link] of [
    [100, 'answers lost'],
    [200, 'lost'],
    [300, 'refused'],
    [400, 'open'],
  ] as const) {
    world.schedule.at(atMs, () => {
      world.network.setLink('*', origin, link);
      send();
    });
  }
  await world.runUntil(1000);
  expect({ value, ended }).toEqual({ value: 2, ended: ['failed', 'written'] });
});

function slowly(...texts: readonly (string | null)[]): readonly BodyPiece[] {
  return texts.map((text) => ({ afterMs: 100, text }));
}
