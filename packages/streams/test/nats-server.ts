import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { test } from 'vitest';
import { requireProgram } from '../../../scripts/programs.ts';

/** A real NATS server with JetStream on a free port. Its data survives `kill` and `start`, and is deleted after the test. */
export interface NatsServer {
  readonly url: string;
  /** A folder for certificates and credentials, which is deleted after the test. */
  readonly folder: string;
  start(): Promise<void>;
  /** Ends the server like a crash: SIGKILL. */
  kill(): Promise<void>;
  /** Stops the server cleanly. */
  stop(): Promise<void>;
  /** Freezes the server (SIGSTOP). Its connections stay open. */
  freeze(): void;
  thaw(): void;
}

type StartNats = (config?: string | ((folder: string) => string)) => Promise<NatsServer>;

/** A test with a function that starts NATS servers with any configuration. They are killed after the test. */
export const natsTest = test.extend<{ startNats: StartNats }>({
  startNats: async ({ skip }, use) => {
    const program = requireProgram({ skip }, 'nats-server');
    const running: { server: NatsServer; kill(): Promise<void> }[] = [];
    await use(async (config = '') => {
      const server = await prepare(program, config);
      running.push({ server, kill: server.kill });
      await server.start();
      return server;
    });
    for (const { server, kill } of running) {
      await kill();
      rmSync(server.folder, { recursive: true, force: true });
    }
  },
});

async function prepare(program: string, config: string | ((folder: string) => string)): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'torii-nats-'));
  const port = await getPort({ host: '127.0.0.1' });
  mkdirSync(join(folder, 'data'));
  const file = join(folder, 'server.conf');
  const extra = typeof config === 'string' ? config : config(folder);
  writeFileSync(file, `jetstream { store_dir: "${join(folder, 'data')}" }\n${extra}\n`);
  let child: ChildProcess | undefined;
  let log = '';
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    folder,
    async start() {
      child = spawn(program, ['-c', file, '-a', '127.0.0.1', '-p', String(port)], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
      while (!(await listens(port))) {
        if (child.exitCode !== null) throw new Error(`nats-server exited: ${log}`);
        await sleep(20);
      }
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
  };
}

/** Whether a NATS server listens on a port. A NATS server sends the first message. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('data', () => finish(true)).once('error', () => finish(false));
  });
}
