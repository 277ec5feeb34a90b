import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { requireProgram } from '../../scripts/programs.ts';
import { execute, type Reply } from '../src/world/stream-commands.ts';
import { StreamStore } from '../src/world/stream-store.ts';
import { createBareWorld } from './bare-world.ts';

const commands: readonly string[] = [
  'HGETALL about',
  'HSETNX about kept 60',
  'HSETNX about kept 70',
  'HGETALL about',
  'XRANGE s - + COUNT 1',
  'XREAD COUNT 10 STREAMS s 0-0',
  'XADD s 5-1 entry a',
  'XADD s 5-1 entry b',
  'XADD s 7-0 key k entry b',
  'XADD s 7-3 entry c',
  'XRANGE s - +',
  'XRANGE s (5-1 7',
  'XRANGE s 7-0 7-0 COUNT 1',
  'XREVRANGE s + - COUNT 2',
  'XREAD COUNT 1 STREAMS s 5',
  'XREAD COUNT 10 BLOCK 1 STREAMS s 7-3',
  'XLEN s',
  'XADD s MINID = 7 8-0 entry d',
  'XRANGE s - +',
  'XADD s MAXLEN = 1 9-0 entry e',
  'XRANGE s - + COUNT 5',
  'DEL s',
  'XLEN s',
  'XADD s 1-1 entry again',
  'PING',
];

test('the store of the simulation answers as Redis does', async (context) => {
  const redis = await startRedis(requireProgram(context, 'redis'));
  const store = new StreamStore(createBareWorld().world, 'store', { aheadMs: 0, driftPpm: 0, lagMs: 0 });
  for (const command of commands) {
    const args = command.split(' ');
    expect([command, ownReply(store, args)]).toEqual([command, await redis(args)]);
  }
});

function ownReply(store: StreamStore, args: readonly string[]): unknown {
  const reply = execute(store, args);
  const isBlocked = typeof reply === 'object' && reply !== null && 'untilMs' in reply;
  return plain(isBlocked ? reply.onTimeout() : reply);
}

function plain(reply: Reply): unknown {
  if (reply instanceof Error) return 'an error';
  return Array.isArray(reply) ? reply.map(plain) : reply;
}

/** Returns a function that sends a command over RESP2. */
async function startRedis(program: string): Promise<(args: readonly string[]) => Promise<unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-redis-'));
  const path = join(folder, 'socket');
  const child = spawn(program, ['--port', '0', '--unixsocket', path, '--save', '', '--dir', folder], {
    stdio: 'ignore',
  });
  let socket: Socket | undefined;
  onTestFinished(async () => {
    socket?.destroy();
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  while (socket === undefined) {
    const attempt = connect(path);
    socket = await once(attempt, 'connect').then(
      () => attempt,
      () => sleep(5, undefined),
    );
  }
  const connected = socket;
  return async (args) => {
    connected.write(`*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`);
    let text = '';
    for (;;) {
      const [data] = await once(connected, 'data');
      text += String(data);
      const read = readReply(text.split('\r\n'));
      if (read !== undefined) return read.value;
    }
  };
}

/** Reads a reply from its lines. `undefined` if it is not complete. */
function readReply(lines: string[]): { readonly value: unknown } | undefined {
  const line = lines.shift();
  if (line === undefined || lines.length === 0) return undefined;
  const [type, rest] = [line.slice(0, 1), line.slice(1)];
  if (type === '+') return { value: rest };
  if (type === '-') return { value: 'an error' };
  if (type === ':') return { value: Number(rest) };
  if (rest === '-1') return { value: null };
  if (type === '$') {
    const value = lines.shift();
    return value === undefined || lines.length === 0 ? undefined : { value };
  }
  const values: unknown[] = [];
  for (let number = 0; number < Number(rest); number++) {
    const read = readReply(lines);
    if (read === undefined) return undefined;
    values.push(read.value);
  }
  return { value: values };
}
