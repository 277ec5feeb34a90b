import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { test } from 'vitest';
import { requireProgram } from '../../../scripts/programs.ts';

/** The bucket of the readers of `openFeed`. */
export const bucketName = 'TORII_REVOCATIONS_ABCDEFGHIJ_0123456789_AB';

/** A real NATS server with JetStream on a free port. */
export interface NatsServer {
  /** Its data survives `kill` and `start`. */
  start(): Promise<void>;
  /** Ends the server like a crash: SIGKILL. */
  kill(): Promise<void>;
  /** Deletes what the server has stored. Only while it is not running. */
  loseData(): void;
  /** Keeps a copy of what the server has stored, and returns a function that restores it. Only while it is not running. */
  backUp(): () => void;
  /** Stops the process (SIGSTOP). Its connections stay open. */
  freeze(): void;
  thaw(): void;
  /** A connection that is closed after the test. Reconnects at once, so that tests are fast. */
  connect(options?: NodeConnectionOptions): Promise<NatsConnection>;
}

type StartNats = (config?: string | ((data: string) => string)) => Promise<NatsServer>;

/** `startNats` takes a part of the server's configuration, or a function that makes all of it from the folder for the data. */
export const natsTest = test.extend<{ startNats: StartNats }>({
  startNats: async ({ skip }, use) => {
    const program = requireProgram({ skip }, 'nats-server');
    const ends: (() => Promise<void>)[] = [];
    await use(async (config = '') => {
      const withJetStream = (data: string) => `jetstream { store_dir: "${data}" }\n${String(config)}\n`;
      const { server, end } = await prepare(program, typeof config === 'string' ? withJetStream : config);
      ends.push(end);
      await server.start();
      return server;
    });
    for (const end of ends) await end();
  },
});

async function prepare(
  program: string,
  config: (data: string) => string,
): Promise<{ server: NatsServer; end(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-revocation-'));
  const data = join(folder, 'data');
  let port = -1;
  mkdirSync(data);
  const file = join(folder, 'server.conf');
  const connections: NatsConnection[] = [];
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const server: NatsServer = {
    async start() {
      writeFileSync(file, config(data));
      // At first, on a port that the server chooses: one that was chosen for it could be taken by another test meanwhile.
      const args = ['-c', file, '-a', '127.0.0.1', '-p', String(port), '--ports_file_dir', folder];
      child = spawn(program, args, { stdio: 'ignore' });
      const portsFile = join(folder, `nats-server_${child.pid}.ports`);
      for (;;) {
        if (child.exitCode !== null) throw new Error('nats-server exited');
        const chosen = readPort(portsFile);
        if (chosen !== undefined && (await listens(chosen))) {
          port = chosen;
          return;
        }
        await sleep(10);
      }
    },
    kill,
    loseData() {
      rmSync(data, { recursive: true });
      mkdirSync(data);
    },
    backUp() {
      const copy = mkdtempSync(join(folder, 'backup-'));
      cpSync(data, copy, { recursive: true });
      return () => {
        rmSync(data, { recursive: true });
        cpSync(copy, data, { recursive: true });
      };
    },
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async connect(options = {}) {
      const connection = await connect({
        servers: `127.0.0.1:${port}`,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 20,
        reconnectJitter: 0,
        ...options,
      });
      connections.push(connection);
      return connection;
    },
  };
  return {
    server,
    async end() {
      await Promise.all(connections.map((connection) => connection.close()));
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The port that a server has written to its file. */
function readPort(file: string): number | undefined {
  try {
    const { nats }: { nats: string[] } = JSON.parse(readFileSync(file, 'utf8'));
    return Number(new URL(nats[0] ?? '').port);
  } catch {
    return undefined;
  }
}

/** Whether a NATS server listens on a port. A NATS server sends the first message. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1');
    const finish = (isUp: boolean): void => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('data', () => finish(true)).once('error', () => finish(false));
  });
}
