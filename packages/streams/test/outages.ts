import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ExpectStatic, expect as globalExpect } from 'vitest';
import type { NatsServer } from './nats-server.ts';

/** What happens to a server, and how it comes back. */
interface Outage {
  begin(server: NatsServer): Promise<void> | void;
  end(server: NatsServer): Promise<void> | void;
}

export const outages = {
  killed: { begin: (server) => server.kill(), end: (server) => server.start() },
  'stopped cleanly': { begin: (server) => server.stop(), end: (server) => server.start() },
  frozen: { begin: (server) => server.freeze(), end: (server) => server.thaw() },
} as const satisfies Readonly<Record<string, Outage>>;

/** Starts `outage-app.ts`. An unhandled rejection ends it. */
async function startApp(url: string) {
  const child = fork(join(import.meta.dirname, 'outage-app.ts'), [url], {
    execArgv: ['--conditions=@torii/source', '--unhandled-rejections=strict'],
  });
  const ended = once(child, 'exit');
  const [port]: unknown[] = await Promise.race([once(child, 'message'), ended]);
  return {
    get: async (path: '/alive' | '/ours' | '/own') => (await fetch(`http://127.0.0.1:${String(port)}${path}`)).text(),
    end: () => child.exitCode ?? child.signalCode,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * The app outlives the outage, says that its stores are unavailable, and uses them again afterwards. A test that runs beside
 * others passes its own `expect`.
 */
export async function expectToSurvive(
  server: NatsServer,
  { begin, end }: Outage,
  isBusy: boolean,
  expect: ExpectStatic = globalExpect,
): Promise<void> {
  await using app = await startApp(server.url);
  const paths = ['/ours', '/own'] as const;
  for (const path of paths) expect(await app.get(path)).toBe('empty');
  const seen = new Set<string>();
  let isOver = !isBusy;
  const traffic = Promise.all(
    paths.map(async (path) => {
      for (; !isOver; await nextTurn()) seen.add(await app.get(path));
    }),
  );
  await begin(server);
  const expectFromBoth = async (text: string): Promise<void> => {
    await Promise.all(paths.map((path) => expectAnswer(() => app.get(path), text, expect)));
  };
  await expectFromBoth('store_unavailable');
  expect(await app.get('/alive')).toBe('alive');
  await end(server);
  await expectFromBoth('empty');
  isOver = true;
  await traffic;
  expect([...seen].filter((answer) => answer !== 'empty' && answer !== 'store_unavailable')).toEqual([]);
  expect(app.end()).toBeNull();
}

/**
 * Asks until an answer is as expected, without waiting for the answers before: a request that the client has sent too early is
 * answered after five seconds.
 */
export async function expectAnswer(ask: () => Promise<string>, text: string, expect: ExpectStatic): Promise<void> {
  const answers: string[] = [];
  const next = async (): Promise<void> => void answers.push(await ask().catch(String));
  await expect
    .poll(() => {
      void next();
      return answers;
    })
    .toContain(text);
}
