import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { tellProgress } from '../progress.ts';
import { scaled } from '../settings.ts';
import type { EntryKind } from './entries.ts';

export interface Held {
  readonly kind: EntryKind;
  readonly count: number;
  readonly bytesEach: number;
}

/** The heap per entry, each number in a separate process. */
export async function measureMemory(): Promise<readonly Held[]> {
  const held: Held[] = [];
  for (const count of [scaled(100_000), scaled(1_000_000)]) {
    for (const kind of ['user', 'member', 'token'] as const) {
      tellProgress(`Memory: ${count} entries, ${kind}`, 0);
      held.push({ kind, count, bytesEach: (await bytesOf(kind, count)) / count });
    }
  }
  return held;
}

async function bytesOf(kind: EntryKind, count: number): Promise<number> {
  const child = fork(join(import.meta.dirname, 'memory-process.ts'), [kind, String(count)], {
    execArgv: ['--expose-gc', '--conditions=@torii/source'],
  });
  const ended = once(child, 'exit');
  const [answer] = await Promise.race([once(child, 'message'), ended]);
  await ended;
  if (typeof answer !== 'object') throw new Error(`The process that measures ${kind} exited with ${answer}.`);
  return answer.bytes;
}
