import type { Send } from './link.ts';
import { isIdRefusal, isWriteRefusal } from './problems.ts';
import { keptSeconds, nameLevel, type RetentionLevels } from './retention.ts';
import { beginningId } from './stream-id.ts';
import type { Keys, View } from './view.ts';

/**
 * Writes the retention and the beginning of the stream if they are missing. They are written together, so if only one of them
 * exists, data was lost. Does nothing if this client may only read.
 */
export async function prepareStore(send: Send, keys: Keys, view: View, levels: RetentionLevels): Promise<void> {
  const missing = [...levels].filter(([seconds]) => !view.levels.has(seconds));
  try {
    for (const [seconds, sinceMs] of missing) {
      await send(['hsetnx', keys.about, nameLevel(seconds), String(sinceMs)]);
    }
    if (view.isEmpty) await send(['xadd', keys.stream, beginningId, 'begins', '1']);
  } catch (error) {
    if (!isWriteRefusal(error) && !isIdRefusal(error)) throw error;
  }
}

/** The levels that a server adds when it starts: the first one of a new store, and one that is larger than the store's. */
export function levelsToAdd(view: View, neededSeconds: number, chosenSeconds: number | undefined): RetentionLevels {
  if (view.levels.size === 0) return new Map([[chosenSeconds ?? neededSeconds, 0]]);
  const isRaised = chosenSeconds !== undefined && chosenSeconds > keptSeconds(view.levels);
  return new Map(isRaised ? [[chosenSeconds, view.storeMs]] : []);
}
