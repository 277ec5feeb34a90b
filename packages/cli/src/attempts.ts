import { ToriiApiError, ToriiConfigError } from '@torii/core';
import type { Context } from './context.ts';
import { describeFailure, isKeyRefused } from './failure-text.ts';
import { CommandFailure } from './failures.ts';
import { printable, withoutSecrets } from './output/printable.ts';

export interface Attempts {
  /**
   * Runs the action for each item, one after another, and yields the results. Each failed item is reported in one line on
   * standard error. An error that would affect every item, such as a wrong secret key, ends the loop.
   */
  each<T, R>(things: readonly T[], nameOf: (thing: T) => string, act: (thing: T) => Promise<R>): AsyncGenerator<R>;
  demandSuccess(): void;
}

export function startAttempts({ output, env }: Context): Attempts {
  let failed = 0;
  let tried = 0;
  return {
    async *each(things, nameOf, act) {
      tried = Math.max(tried, things.length);
      for (const thing of things) {
        let result: Awaited<ReturnType<typeof act>>;
        try {
          result = await act(thing);
        } catch (error) {
          if (!concernsOneItem(error)) throw error;
          failed++;
          output.say(withoutSecrets(printable(`${nameOf(thing)}: ${describeFailure(error, env).text}`)));
          continue;
        }
        yield result;
      }
    },
    demandSuccess() {
      if (failed > 0)
        throw new CommandFailure(tried === 1 ? 'Failed: see the line above.' : `${failed} of ${tried} failed.`);
    },
  };
}

function concernsOneItem(error: unknown): boolean {
  if (error instanceof ToriiApiError) return [400, 403, 404, 409, 422].includes(error.status);
  return error instanceof CommandFailure || (error instanceof ToriiConfigError && !isKeyRefused(error));
}
