import type { StartedFetch } from '../../world/network.ts';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { callHeader } from './connections.ts';
import { type KeyName, keyNames } from './keys.ts';

/** docs/decisions/streams.md: "A gateway that hangs delays one round of tokens by two seconds." */
const limitMs = 2_000;
const slackMs = 10;
/** The modes in which a signer learns the key. Only calls of operators and publications meet an untrusted certificate. */
const telling = new Set(['open', 'cut off', 'no key', 'empty', 'slow', 'too slow', 'slow body', 'untrusted']);

/** Watches one question for the gateway's key. Calls `onAnswered` when an answer arrives that says it to a signer. */
export function watchQuestion(
  world: World,
  { process, init, signal, answer }: StartedFetch,
  onAnswered: (process: VirtualProcess, key: KeyName | undefined) => void,
): void {
  let isOver = false;
  // A publication asks for itself: a signer in the same process learns nothing from its answer.
  const isOfSigner = !new Headers(init.headers).has(callHeader);
  answer.then(
    ({ headers }) => {
      const mode = headers.get('x-mode') ?? '';
      isOver = mode !== 'endless body';
      if (isOfSigner && telling.has(mode))
        onAnswered(
          process,
          keyNames.find((name) => name === headers.get('x-key')),
        );
    },
    () => {
      isOver = true;
    },
  );
  const { thawedAtMs } = process;
  world.schedule.after(limitMs + slackMs, () => {
    const isRunning = !process.isDead && !process.isFrozen && process.thawedAtMs === thawedAtMs;
    if (isRunning && !isOver && signal?.aborted !== true)
      world.violate(36, `${process.name}: a question for the gateway's key is not ended after ${limitMs} ms.`);
  });
}
