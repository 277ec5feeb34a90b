// Clients give the same reply in several shapes: as arrays (RESP2), as Map or object (RESP3), with Buffers for strings.

export interface StreamEntry {
  readonly id: string;
  /** Absent if the entry was not written by a feed, or only marks the beginning of the stream. */
  readonly text: string | undefined;
}

/** Reads the reply of XREAD for one stream. */
export function readNews(reply: unknown): readonly StreamEntry[] {
  if (reply === null || reply === undefined) return [];
  const [stream] = Array.isArray(reply) ? pairsOf(reply) : [...mapOf(reply)];
  return readRange(stream?.[1]);
}

/** Reads the reply of XRANGE. */
export function readRange(reply: unknown): readonly StreamEntry[] {
  return listOf(reply).map((entry) => {
    const [id, fields] = listOf(entry);
    return { id: String(id), text: readMap(fields).get('entry') };
  });
}

/** Reads a reply that consists of names and values. */
export function readMap(reply: unknown): ReadonlyMap<string, string> {
  const pairs = Array.isArray(reply) ? pairsOf(reply) : mapOf(reply);
  return new Map([...pairs].map(([name, value]) => [String(name), String(value)]));
}

/** Reads the reply of INFO. */
export function readInfo(reply: unknown): ReadonlyMap<string, string> {
  const lines = String(reply ?? '').split(/\r?\n/);
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

/** Reads the reply of TIME, in milliseconds. */
export function readTimeMs(reply: unknown): number {
  const [seconds, microseconds] = listOf(reply).map(Number);
  return (seconds ?? Number.NaN) * 1_000 + Math.floor((microseconds ?? Number.NaN) / 1_000);
}

function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : [];
}

function mapOf(reply: unknown): Iterable<readonly [unknown, unknown]> {
  if (typeof reply !== 'object' || reply === null) return [];
  const entries: unknown = Reflect.get(reply, Symbol.iterator) && Reflect.get(reply, 'entries');
  return typeof entries === 'function' ? Reflect.apply(entries, reply, []) : Object.entries(reply);
}

/** Pairs are nested (`[[name, value], …]`) or flat (`[name, value, …]`). */
function pairsOf(list: readonly unknown[]): readonly (readonly [unknown, unknown])[] {
  if (Array.isArray(list[0])) return list as readonly (readonly [unknown, unknown])[];
  return Array.from({ length: Math.floor(list.length / 2) }, (_, index) => [list[index * 2], list[index * 2 + 1]]);
}
