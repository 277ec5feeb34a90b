import { type Options, readNumber, wrongOption } from '../options/reader.ts';
import { surviveOutages } from '../stores/outages.ts';
import { MemoryStore } from './memory-store.ts';
import { Repeats, type WebhookStore } from './repeats.ts';
import type { WebhookSettings } from './verify.ts';

export const repeatNames = ['store', 'rememberSeconds', 'leaseSeconds'] as const;

export function readRepeats(
  options: Options<(typeof repeatNames)[number]>,
  { toleranceSeconds }: WebhookSettings,
): Repeats | undefined {
  const leaseMs = readNumber(options, 'leaseSeconds', { from: 1, to: 3600, absent: 60 }) * 1000;
  const keepMs = readNumber(options, 'rememberSeconds', { from: 1, to: 366 * 86_400, absent: 7 * 86_400 }) * 1000;
  // How long a delivery is accepted: for `toleranceSeconds` before and after its timestamp, and one more second because
  // timestamps are whole seconds. If its event were forgotten sooner, the delivery could be replayed.
  const fewestSeconds = 2 * toleranceSeconds + 1;
  if (keepMs < fewestSeconds * 1000) {
    const remedy = `Write at least ${fewestSeconds}, or leave it out`;
    const problem = 'must be longer than twice `toleranceSeconds`, because deliveries could be replayed otherwise';
    throw wrongOption('rememberSeconds', `${problem}. ${remedy}`);
  }
  if (!('store' in options)) return undefined;
  const store: unknown = options.store === 'memory' ? new MemoryStore() : options.store;
  if (!isStore(store)) {
    const remedy =
      "Write `store: new Keyv(…)` or `store: 'memory'`, or leave it out to handle repeated deliveries again";
    throw wrongOption('store', `must have the methods get, set and delete. ${remedy}`);
  }
  surviveOutages(store);
  return new Repeats(store, { leaseMs, keepMs });
}

function isStore(store: unknown): store is WebhookStore {
  if (typeof store !== 'object' || store === null) return false;
  return ['get', 'set', 'delete'].every((name) => typeof Reflect.get(store, name) === 'function');
}
