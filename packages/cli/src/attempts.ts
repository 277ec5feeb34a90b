import { ToriiApiError, ToriiConfigError } from '@torii/core';
import type { Context } from './context.ts';
import { CommandFailure, describeFailure } from './failures.ts';
import { printable, withoutSecrets } from './output/printable.ts';

/** Several things to do, each of which may fail by itself. */
export interface Attempts {
  /** Does it for each, one after another, and gives what succeeded. What failed is said in a line of its own. */
  each<T, R>(things: readonly T[], nameOf: (thing: T) => string, act: (thing: T) => Promise<R>): AsyncGenerator<R>;
  /** @throws CommandFailure where any failed */
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
          if (!isOfItsOwn(error)) throw error;
          failed++;
          output.say(withoutSecrets(`${printable(nameOf(thing))}: ${describeFailure(error, env).text}`));
          continue;
        }
        yield result;
      }
    },
    demandSuccess() {
      if (failed > 0) throw new CommandFailure(tried === 1 ? 'It was not done.' : `${failed} of ${tried} failed.`);
    },
  };
}

/** Whether an error says nothing about the next one. A wrong key, or no network, does. */
function isOfItsOwn(error: unknown): boolean {
  if (error instanceof ToriiApiError) return [400, 403, 404, 409, 422].includes(error.status);
  return error instanceof CommandFailure || error instanceof ToriiConfigError;
}
