import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface NextServer extends AsyncDisposable {
  /** The output so far. */
  output(): string;
}

/** Starts a server of Next, and waits until it is ready. */
export async function startNext(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<NextServer> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Starts a process group, so that the processes that `next dev` starts can be ended with it.
    detached: true,
  });
  const output = listenTo(child);
  await untilReady(child, output);
  return {
    output,
    async [Symbol.asyncDispose]() {
      if (child.pid === undefined || child.exitCode !== null) return;
      const ended = once(child, 'exit');
      process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

/** Chosen before the app starts, because `APP_ORIGIN` contains the port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A server on a port has an address.');
  return address.port;
}

function listenTo(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return () => output;
}

async function untilReady(child: ChildProcess, output: () => string): Promise<void> {
  while (!output().includes('Ready in')) {
    if (child.exitCode !== null)
      throw new Error(`next start exited with code ${child.exitCode} before it was ready:\n${output()}`);
    await sleep(20);
  }
}
