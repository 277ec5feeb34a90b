import { ToriiConfigError } from '@torii/core';

/** How much longer than its retention the store keeps an entry: its clock may jump, for example at a failover. */
export const marginSeconds = 900;

const prefix = 'retention:';
/** The largest `retentionSeconds`, in digits. */
const maxDigits = 8;

/**
 * For how many seconds the store keeps entries, and since when, in milliseconds of the store's clock. 0: since it was empty.
 * Levels are only added, so that servers that write at the same time need no lock.
 */
export type RetentionLevels = ReadonlyMap<number, number>;

export function readLevels(about: ReadonlyMap<string, string>): RetentionLevels {
  const levels = [...about].map(([name, since]) => [levelOf(name), Number(since)] as const);
  return new Map(levels.filter((level): level is readonly [number, number] => level[0] !== undefined));
}

// Ignores what no feed has written, such as `retention:Infinity`: with it, entries could not be written.
function levelOf(name: string): number | undefined {
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^[1-9]\d*$/.test(digits) && digits.length <= maxDigits ? Number(digits) : undefined;
}

export function nameLevel(seconds: number): string {
  return `${prefix}${seconds}`;
}

/** How long the store keeps entries. */
export function keptSeconds(levels: RetentionLevels): number {
  return Math.max(0, ...levels.keys());
}

/** Returns an error if the store may have dropped entries that are needed. */
export function refusalOf(levels: RetentionLevels, neededSeconds: number, nowMs: number): ToriiConfigError | undefined {
  const kept = keptSeconds(levels);
  if (kept < neededSeconds) {
    return new ToriiConfigError(
      'maxTokenSeconds',
      `\`maxTokenSeconds\` is too large for this store: entries must be kept for ${neededSeconds} s, and it keeps them for ${kept} s. ` +
        `First write redisFeed(client, { retentionSeconds: ${neededSeconds} }) with the old maxTokenSeconds. ` +
        `Raise maxTokenSeconds ${neededSeconds} s after that has started.`,
    );
  }
  const fits = [...levels].filter(([seconds]) => seconds >= neededSeconds).map(([, sinceMs]) => sinceMs);
  const sinceMs = Math.min(...fits);
  const readyMs = sinceMs === 0 ? 0 : sinceMs + neededSeconds * 1_000;
  if (readyMs <= nowMs) return undefined;
  return new ToriiConfigError(
    'maxTokenSeconds',
    `\`maxTokenSeconds\` is too large for this store until ${new Date(readyMs).toISOString()}: it keeps entries for ${kept} s ` +
      `since ${new Date(sinceMs).toISOString()}, and older ones may be missing. Use the old maxTokenSeconds until then.`,
  );
}
