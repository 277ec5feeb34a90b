import type { Attempts } from './attempts.ts';
import type { Context } from './context.ts';
import { CommandFailure } from './failures.ts';
import { brief } from './output/printable.ts';
import { confirm } from './prompt.ts';

interface Question<T> {
  /** The first word of the question, such as `Delete`. */
  readonly verb: string;
  readonly noun: string;
  lookUp(name: string): Promise<T>;
  /** Text to show after the id. Must be safe to print. */
  describe(thing: T): readonly string[];
}

/**
 * Looks up what the names mean, lists what was found, and asks once for all of it.
 *
 * @returns the ids of what was found
 */
export async function confirmFound<T extends { readonly id: string }>(
  context: Context,
  attempts: Attempts,
  names: readonly string[],
  { verb, noun, lookUp, describe }: Question<T>,
): Promise<readonly string[]> {
  const found: T[] = [];
  for await (const thing of attempts.each(names, (name) => name, lookUp)) found.push(thing);
  if (found.length === 0) throw new CommandFailure(`No ${noun} was found. Nothing was changed.`);
  for (const thing of found) context.output.say(`  ${[brief(thing.id, 40), ...describe(thing)].join('  ')}`);
  await confirm(context, found.length === 1 ? `${verb} this ${noun}?` : `${verb} these ${found.length} ${noun}s?`, {});
  return found.map(({ id }) => id);
}
