import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { requireProgram } from '../../../scripts/programs.ts';

/** A real server on a free loopback port, with a temporary folder. */
export interface StoreServer extends AsyncDisposable {
  readonly port: number;
  /** Starts the server on the same port again and waits until it is ready. */
  start(): Promise<void>;
  /** Kills the server without a clean shutdown. */
  kill(): Promise<void>;
  /** Stops the server cleanly, although clients are connected. */
  stop(): Promise<void>;
  /** Stops all processes of the server where they are. Its connections stay open. */
  freeze(): void;
  thaw(): void;
  /** Deletes all entries. */
  flush(): Promise<void>;
}

export type StoreName = 'redis' | 'memcached' | 'postgres';
type Skippable = Parameters<typeof requireProgram>[0];

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root, so it runs as the user `postgres`. */
function ownerOf(name: StoreName): Owner | undefined {
  if (name !== 'postgres' || process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function argumentsFor(name: StoreName, port: number, folder: string): readonly string[] {
  const p = String(port);
  if (name === 'redis') {
    return ['--port', p, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  }
  if (name === 'memcached') return ['-u', 'nobody', '-l', '127.0.0.1', '-p', p, '-U', '0'];
  return ['-D', join(folder, 'data'), '-p', p, '-k', folder, '-h', '127.0.0.1'];
}

/** Starts a store, or skips the test if its program is not installed. */
export async function startStore(context: Skippable, name: StoreName): Promise<StoreServer> {
  const program = requireProgram(context, name);
  const folder = mkdtempSync(join(tmpdir(), `torii-${name}-`));
  const owner = ownerOf(name);
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const port = await findPort();
  if (name === 'postgres')
    await initialise(join(dirname(realpathSync(program)), 'initdb'), join(folder, 'data'), owner);

  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    // After it was killed, PostgreSQL refuses to start as long as its old processes are still ending.
    do {
      child = spawn(program, argumentsFor(name, port, folder), { ...owner, cwd: folder, stdio: 'ignore' });
    } while (!(await isReady(name, port, child)));
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || hasEnded(child)) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  await start();
  return {
    port,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end(name === 'postgres' ? 'SIGINT' : 'SIGTERM'),
    freeze: () => signalAll(child, 'SIGSTOP'),
    thaw: () => signalAll(child, 'SIGCONT'),
    flush: () => flush(name, port),
    async [Symbol.asyncDispose]() {
      signalAll(child, 'SIGCONT');
      await end(name === 'postgres' ? 'SIGQUIT' : 'SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function initialise(initdb: string, data: string, owner: Owner | undefined): Promise<void> {
  const args = ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', '-E', 'UTF8', '--locale=C'];
  const child = spawn(initdb, args, { ...owner, cwd: dirname(data), stdio: ['ignore', 'ignore', 'pipe'] });
  let messages = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages += text;
  });
  const [status]: unknown[] = await once(child, 'close');
  if (status !== 0) throw new Error(`initdb: ${messages}`);
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until the server answers. Returns false if it has ended instead. */
async function isReady(name: StoreName, port: number, child: ChildProcess): Promise<boolean> {
  const answers = name === 'postgres' ? answersQueries : accepts;
  const deadline = Date.now() + 120_000;
  for (;;) {
    const isOver = hasEnded(child);
    // Ask first: a process that has ended may have left another one that answers.
    if (!isOver && (await answers(port)) && !hasEnded(child)) return true;
    if (isOver) return false;
    if (Date.now() > deadline) throw new Error(`nothing answers on port ${port}`);
    await sleep(20);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** PostgreSQL has a process for each connection. */
function signalAll(child: ChildProcess | undefined, signal: NodeJS.Signals): void {
  if (child?.pid === undefined || hasEnded(child)) return;
  const { stdout }: { stdout: string | null } = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' });
  for (const pid of [child.pid, ...(stdout ?? '').split('\n').filter(Boolean).map(Number)]) {
    try {
      process.kill(pid, signal);
    } catch {
      // The process has ended in the meantime.
    }
  }
}

async function flush(name: StoreName, port: number): Promise<void> {
  if (name === 'redis') return speak(port, 'FLUSHALL\r\n', '+OK');
  if (name === 'memcached') return speak(port, 'flush_all\r\n', 'OK');
  await withPostgres(port, (client) => client.query('TRUNCATE keyv'));
}

/** Sends a command to Redis or Memcached without a library. */
async function speak(port: number, command: string, expected: string): Promise<void> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(command);
  const [answer]: unknown[] = await once(socket, 'data');
  socket.destroy();
  if (!String(answer).includes(expected)) throw new Error(`expected ${expected}, got ${String(answer)}`);
}

export async function withPostgres(port: number, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  // Without a listener, the error event of a lost connection would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}

/** PostgreSQL accepts connections while it is starting, but refuses queries. */
async function answersQueries(port: number): Promise<boolean> {
  try {
    await withPostgres(port, (client) => client.query('SELECT 1'));
    return true;
  } catch {
    return false;
  }
}

async function accepts(port: number): Promise<boolean> {
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

/** Write to the stores directly, as a program without Keyv would. */
export const writers: Readonly<Record<StoreName, (server: StoreServer, key: string, text: string) => Promise<void>>> = {
  redis: ({ port }, key, text) => {
    const parts = ['SET', key, text].map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
    return speak(port, `*3\r\n${parts.join('')}`, '+OK');
  },
  memcached: ({ port }, key, text) => {
    return speak(port, `set ${key} 0 0 ${Buffer.byteLength(text)}\r\n${text}\r\n`, 'STORED');
  },
  postgres: ({ port }, key, text) =>
    withPostgres(port, async (client) => {
      await client.query('CREATE TABLE IF NOT EXISTS keyv (key VARCHAR(255) PRIMARY KEY, value TEXT)');
      await client.query('INSERT INTO keyv VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2', [key, text]);
    }),
};
