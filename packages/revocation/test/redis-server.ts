import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { requireProgram } from '../../../scripts/programs.ts';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Runs a command as an administrator. */
  run(command: string, ...args: (string | number)[]): Promise<unknown>;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Suspends the process (SIGSTOP). Its connections stay open. */
  freeze(): void;
  thaw(): void;
}

type Skippable = Parameters<typeof requireProgram>[0];

/** Starts a real server on a free port, until the end of the test. */
export async function startRedis(context: Skippable, ...options: readonly string[]): Promise<RedisServer> {
  const program = requireProgram(context, 'redis');
  const folder = mkdtempSync(join(tmpdir(), 'torii-redis-'));
  const port = await findPort();
  // With the usual 10 Hz, an idle server ends a blocking command up to 100 ms late.
  const basic = [
    '--hz',
    '200',
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ];
  let child: ChildProcess | undefined;
  const admin = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 20 });
  admin.on('error', () => {});
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    run: (command, ...args) => admin.call(command, ...args),
    async start() {
      child = spawn(program, [...basic, ...options], { stdio: 'ignore' });
      await waitForServer(port);
    },
    kill,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
  };
  onTestFinished(async () => {
    admin.disconnect();
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start();
  return server;
}

export async function waitForServer(port: number): Promise<void> {
  await until(async () => {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  });
}

export async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(5);
}
