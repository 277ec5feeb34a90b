import { compareIds, idText, type StreamEntry, type StreamId, type StreamLog } from './stream-log.ts';
import type { StoreMode, StreamStore } from './stream-store.ts';

/** An answer in the types of RESP2. An Error is the store's refusal. */
export type Reply = string | number | null | Error | readonly Reply[];

/** The command waits: it is to be carried out again when something changes, and at the latest at this time. */
export interface Blocked {
  readonly untilMs: number;
  readonly onTimeout: () => Reply;
  readonly again: () => Reply | undefined;
}

const writes = new Set(['XADD', 'XTRIM', 'DEL', 'HSETNX']);

const refusals: Partial<Readonly<Record<StoreMode, string>>> = {
  readonly: "READONLY You can't write against a read only replica.",
  oom: "OOM command not allowed when used memory > 'maxmemory'.",
  noauth: 'NOAUTH Authentication required.',
  loading: 'LOADING Redis is loading the dataset in memory',
};

const biggest: StreamId = { ms: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER };

/** Carries out one command, as Redis 7 does. */
export function execute(store: StreamStore, args: readonly string[]): Reply | Blocked {
  const [name = '', ...rest] = args;
  const command = name.toUpperCase();
  const refusal = refusals[store.replica === undefined ? store.mode : 'readonly'];
  const isRefused = store.mode === 'noauth' || store.mode === 'loading' || writes.has(command);
  if (refusal !== undefined && isRefused) return new Error(refusal);
  const carryOut = commands[command];
  if (carryOut === undefined)
    throw new Error(`The store of the simulation has no command ${args.slice(0, 3).join(' ')}.`);
  return carryOut(store, rest);
}

type Command = (store: StreamStore, args: readonly string[]) => Reply | Blocked;

const commands: Readonly<Record<string, Command>> = {
  PING: (_store, [text]) => text ?? 'PONG',
  TIME: ({ wallMs }) => [String(Math.floor(wallMs / 1000)), String((wallMs % 1000) * 1000)],
  INFO: (store) => infoText(store),
  XADD: add,
  XREAD: read,
  XRANGE: (store, [key = '', start = '-', end = '+', ...rest]) => range(store, key, start, end, rest, false),
  XREVRANGE: (store, [key = '', end = '+', start = '-', ...rest]) => range(store, key, start, end, rest, true),
  XLEN: (store, [key = '']) => store.stream(key)?.entries.length ?? 0,
  XTRIM: (store, [key = '', ...rest]) => trim(store, store.stream(key), rest),
  XINFO: describe,
  HGETALL: (store, [key = '']) => [...store.openHash(key).fields].flat(),
  HSETNX: setIfAbsent,
  DEL(store, keys) {
    for (const key of keys) {
      store.openHash(key).clear(store.nowMs);
      store.stream(key)?.clear(store.nowMs);
    }
    store.changed();
    return keys.length;
  },
  WAIT: waitForReplicas,
};

function infoText({ mode, lagsMs, replica, replicationId, offset, nowMs }: StreamStore): string {
  const role = mode === 'readonly' || replica !== undefined ? 'slave' : 'master';
  const { isLinked, heardAtMs } = replica?.() ?? { isLinked: true, heardAtMs: nowMs };
  const silentSeconds = isLinked ? Math.floor((nowMs - heardAtMs) / 1000) : -1;
  return [
    '# Server',
    'redis_version:7.4.1',
    `run_id:${replicationId}`,
    '# Replication',
    `role:${role}`,
    `connected_slaves:${lagsMs.length}`,
    `master_replid:${replicationId}`,
    `master_replid2:${'0'.repeat(40)}`,
    `master_repl_offset:${offset}`,
    ...(role === 'slave'
      ? [`master_link_status:${isLinked ? 'up' : 'down'}`, `master_last_io_seconds_ago:${silentSeconds}`]
      : []),
    '# Memory',
    'maxmemory:0',
    'maxmemory_policy:noeviction',
    '',
  ].join('\r\n');
}

function setIfAbsent(store: StreamStore, [key = '', name = '', value = '']: readonly string[]): Reply {
  const hash = store.openHash(key);
  if (hash.fields.has(name)) return 0;
  hash.set(name, value, store.nowMs);
  store.changed();
  return 1;
}

function add(store: StreamStore, [key = '', ...rest]: readonly string[]): Reply {
  const left = [...rest];
  const isOnlyIfThere = left[0]?.toUpperCase() === 'NOMKSTREAM' && left.shift() !== undefined;
  if (isOnlyIfThere && store.stream(key) === undefined) return null;
  const stream = store.openStream(key);
  const limit = takeLimit(left);
  const [idGiven = '*', ...fields] = left;
  const { last } = stream;
  const next = { ms: store.wallMs, seq: 0 };
  const id =
    idGiven !== '*' ? idOf(idGiven, 0) : compareIds(next, last) > 0 ? next : { ms: last.ms, seq: last.seq + 1 };
  if (compareIds(id, last) <= 0) {
    return new Error('ERR The ID specified in XADD is equal or smaller than the target stream top item');
  }
  stream.add(id, fields, store.nowMs);
  if (limit !== undefined) cutTo(store, stream, limit);
  store.changed();
  return idText(id);
}

interface Limit {
  readonly kind: 'MAXLEN' | 'MINID';
  readonly bound: string;
}

function takeLimit(left: string[]): Limit | undefined {
  const kind = left[0]?.toUpperCase();
  if (kind !== 'MAXLEN' && kind !== 'MINID') return undefined;
  left.shift();
  if (left[0] === '~' || left[0] === '=') left.shift();
  const bound = left.shift() ?? '0';
  if (left[0]?.toUpperCase() === 'LIMIT') left.splice(0, 2);
  return { kind, bound };
}

// `~` removes as much as `=`, which Redis allows.
function cutTo(store: StreamStore, stream: StreamLog, { kind, bound }: Limit): number {
  const { nowMs } = store;
  if (kind === 'MINID') {
    const oldest = idOf(bound, 0);
    store.onTrim(oldest.ms);
    return stream.trim(oldest, nowMs);
  }
  const first = stream.entries.at(-Number(bound));
  return Number(bound) >= stream.entries.length || first === undefined ? 0 : stream.trim(first, nowMs);
}

function trim(store: StreamStore, stream: StreamLog | undefined, rest: readonly string[]): Reply {
  const limit = takeLimit([...rest]);
  if (stream === undefined || limit === undefined) return 0;
  const gone = cutTo(store, stream, limit);
  if (gone > 0) store.changed();
  return gone;
}

function range(
  store: StreamStore,
  key: string,
  start: string,
  end: string,
  rest: readonly string[],
  isBackward: boolean,
): Reply {
  const stream = store.stream(key);
  const [from, to] = [boundOf(start, 1), boundOf(end, -1)];
  const found = (stream?.entries ?? []).filter((entry) => compareIds(entry, from) >= 0 && compareIds(entry, to) <= 0);
  if (isBackward) found.reverse();
  const count = rest[0]?.toUpperCase() === 'COUNT' ? Number(rest[1]) : found.length;
  return found.slice(0, count).map(entryReply);
}

/** `exclusive`: what `(` before an id does to its sequence number. */
function boundOf(text: string, exclusive: 1 | -1): StreamId {
  if (text === '-') return { ms: 0, seq: 0 };
  if (text === '+') return biggest;
  const isExclusive = text.startsWith('(');
  const id = idOf(isExclusive ? text.slice(1) : text, exclusive === 1 ? 0 : Number.MAX_SAFE_INTEGER);
  return isExclusive ? { ms: id.ms, seq: id.seq + exclusive } : id;
}

function read(store: StreamStore, args: readonly string[]): Reply | Blocked {
  const names = args.map((arg) => arg.toUpperCase());
  const at = names.indexOf('STREAMS');
  const optionOf = (name: string): number | undefined => {
    const place = names.indexOf(name);
    return place === -1 || place > at ? undefined : Number(args[place + 1]);
  };
  const [count, blockMs] = [optionOf('COUNT') ?? Number.POSITIVE_INFINITY, optionOf('BLOCK')];
  const given = args.slice(at + 1);
  const keys = given.slice(0, given.length / 2);
  const ids = given.slice(given.length / 2).map((id, number) => {
    return id === '$' ? (store.stream(keys[number] ?? '')?.last ?? { ms: 0, seq: 0 }) : idOf(id, 0);
  });
  const look = (): Reply | undefined => {
    const found = keys.flatMap((key, number) => {
      const after = ids[number] ?? biggest;
      const entries = (store.stream(key)?.entries ?? []).filter((entry) => compareIds(entry, after) > 0);
      return entries.length === 0 ? [] : [[key, entries.slice(0, count).map(entryReply)]];
    });
    return found.length === 0 ? undefined : found;
  };
  const found = look();
  if (found !== undefined || blockMs === undefined) return found ?? null;
  const untilMs = blockMs === 0 ? Number.POSITIVE_INFINITY : store.nowMs + blockMs;
  return { untilMs, onTimeout: () => null, again: look };
}

function describe(store: StreamStore, [what = '', key = '']: readonly string[]): Reply {
  if (what.toUpperCase() !== 'STREAM') throw new Error(`The store of the simulation has no command XINFO ${what}.`);
  const stream = store.stream(key);
  if (stream === undefined || stream.added === 0) return new Error('ERR no such key');
  const { entries, last, added } = stream;
  const [first, newest] = [entries[0], entries.at(-1)];
  return [
    ...['length', entries.length],
    ...['radix-tree-keys', 1, 'radix-tree-nodes', 2],
    ...['last-generated-id', idText(last)],
    ...['max-deleted-entry-id', '0-0'],
    ...['entries-added', added],
    ...['recorded-first-entry-id', first === undefined ? '0-0' : idText(first)],
    ...['groups', 0],
    'first-entry',
    first === undefined ? null : entryReply(first),
    'last-entry',
    newest === undefined ? null : entryReply(newest),
  ];
}

// Each replica gets everything late.
function waitForReplicas(store: StreamStore, [number = '0', timeoutMs = '0']: readonly string[]): Reply | Blocked {
  const askedAtMs = store.nowMs;
  const limitMs = Number(timeoutMs) === 0 ? Number.POSITIVE_INFINITY : askedAtMs + Number(timeoutMs);
  const count = (): number => store.lagsMs.filter((lagMs) => store.nowMs >= askedAtMs + lagMs).length;
  if (count() >= Number(number)) return count();
  const lagMs = [...store.lagsMs].sort((a, b) => a - b)[Number(number) - 1] ?? Number.POSITIVE_INFINITY;
  return { untilMs: Math.min(askedAtMs + lagMs, limitMs), onTimeout: count, again: () => undefined };
}

function entryReply(entry: StreamEntry): Reply {
  return [idText(entry), [...entry.fields]];
}

function idOf(text: string, seqIfAbsent: number): StreamId {
  const [ms = '', seq] = text.split('-');
  return { ms: Number(ms), seq: seq === undefined ? seqIfAbsent : Number(seq) };
}
