import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../../../scripts/programs.ts';

export type StoreName = 'redis' | 'nats';

/** A real server on a free port, with its data in a folder that is deleted at the end. */
export interface StoreServer extends AsyncDisposable {
  readonly name: StoreName;
  readonly port: number;
  start(): Promise<void>;
  /** Ends the server like a crash: SIGKILL. Its data survives. */
  kill(): Promise<void>;
}

/** `undefined` if the program is not installed. */
export async function startStore(name: StoreName): Promise<StoreServer | undefined> {
  const program = findProgram(name === 'redis' ? 'redis' : 'nats-server');
  if (program === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'torii-bench-'));
  const port = await findPort();
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const server: StoreServer = {
    name,
    port,
    async start() {
      child = spawn(program, argumentsOf(name, port, folder), { stdio: 'ignore' });
      while (!(await listens(port))) {
        if (child.exitCode !== null) throw new Error(`${program} exited with ${child.exitCode}.`);
        await sleep(5);
      }
    },
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

function argumentsOf(name: StoreName, port: number, folder: string): readonly string[] {
  if (name === 'nats') return ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder];
  const kept = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
  return ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, ...kept];
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
