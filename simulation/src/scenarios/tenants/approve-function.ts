import type { IssuerApproval } from '@torii/core';
import type { World } from '../../world/world.ts';
import type { Answer, Directory } from './directory.ts';
import type { ProcessView } from './process-view.ts';

/** The app's function `approve` in one process. */
export function approveFunction(
  world: World,
  view: ProcessView,
  directory: Directory,
  usualMs: number,
): IssuerApproval['approve'] {
  const approve = (issuer: string, { signal }: { readonly signal: AbortSignal }): unknown => {
    const call = view.onCall(issuer, signal);
    const { mode, ms } = directory.mode ?? { mode: undefined, ms: 0 };
    const reply = directory.replyFor(issuer);
    const end = (answer: Answer): void => view.onEnded(issuer, call, answer);
    const fail = (): Error => {
      end({ kind: 'failed' });
      return new Error('the table cannot be read');
    };
    if (mode === 'throw') throw fail();
    if (mode === 'hang') return new Promise(() => {});
    const isSlow = mode === 'slow' || mode === 'deaf and slow';
    // Different times, so that answers overtake each other.
    const waitMs = isSlow ? Math.round(ms * ([1, 0.3, 1.7][call.number % 3] as number)) : usualMs;
    if (waitMs === 0 && mode !== 'reject') {
      end(reply.means);
      return reply.value;
    }
    return new Promise((resolve, reject) => {
      let isOver = false;
      // Without this, it answers after its time limit.
      if (mode === 'slow')
        signal.addEventListener('abort', () => {
          isOver = true;
          reject(signal.reason);
        });
      const settle = (): void => {
        if (isOver) return;
        isOver = true;
        if (mode === 'reject') {
          reject(fail());
          return;
        }
        end(reply.means);
        resolve(reply.value);
      };
      world.schedule.after(waitMs, () => view.process.deliver(settle));
    });
  };
  return approve as IssuerApproval['approve'];
}
