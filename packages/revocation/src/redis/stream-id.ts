/** The id before the first entry of a stream. */
export const start = '0-0';

/**
 * The id of the entry that marks the beginning of a stream. It is the lowest one that Redis accepts, and only in an empty stream,
 * so a fleet that starts writes one.
 */
export const beginningId = '0-1';

/** Whether an id of a stream, such as `1719000000000-2`, comes after another one. */
export function isAfter(id: string, other: string): boolean {
  const [ms, sequence] = partsOf(id);
  const [otherMs, otherSequence] = partsOf(other);
  return ms === otherMs ? isLarger(sequence, otherSequence) : isLarger(ms, otherMs);
}

/** When an entry was written, by the clock of the server that wrote it. */
export function msOf(id: string): number {
  return Number(partsOf(id)[0]);
}

function partsOf(id: string): readonly [string, string] {
  const [ms = '0', sequence = '0'] = id.split('-');
  return [ms, sequence];
}

// Not as numbers: both parts have up to 64 bits, and anyone who can write to the stream chooses them.
function isLarger(part: string, other: string): boolean {
  return part.length === other.length ? part > other : part.length > other.length;
}
