import { type ChildProcess, spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connectTo } from './external-server.ts';
import type { ServerSetting, StartServer } from './test-server.ts';

export interface ProcessOptions {
  /** How long a server may take until it accepts connections. */
  readonly startSeconds: number;
}

/** A server that could not be started, with what it printed. */
class StartError extends Error {
  override readonly name: string = 'StartError';
}

/** Starts a command as the server, on a free port. The README lists the environment variables. */
export function serveCommand(
  [program = '', ...args]: readonly string[],
  { startSeconds }: ProcessOptions,
): StartServer {
  return async (setting) => {
    const port = await findFreePort();
    // In its own process group, so that the processes that it starts are stopped too.
    const child = spawn(program, args, {
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), ...environmentOf(setting) },
    });
    let output = '';
    const keep = (text: string): void => {
      output = (output + text).slice(-4000);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', keep);
    let failure: Error | undefined;
    child.once('error', (error) => {
      failure = error;
    });
    const stopNow = () => kill(child, 'SIGKILL');
    process.once('exit', stopNow);
    const stop = async () => {
      await stopProcess(child);
      process.off('exit', stopNow);
    };
    const deadline = Date.now() + startSeconds * 1000;
    while (!(await accepts(port))) {
      const why =
        failure?.message ??
        (hasEnded(child) ? `it ended with ${endOf(child)}` : Date.now() > deadline && 'it does not listen');
      if (why) {
        await stop();
        throw new StartError(
          `The server with the options ${setting.name} did not start on port ${port}: ${why}.\n${output}`,
        );
      }
      await pause(20);
    }
    const howEnded = () => (hasEnded(child) ? `The server ended: ${endOf(child)}.\n${output.trim()}` : undefined);
    return { ...(await connectTo(`http://127.0.0.1:${port}`)), stop, howEnded };
  };
}

/** The environment variables that the README lists, but `HOST` and `PORT`. */
export function environmentOf(setting: ServerSetting): Readonly<Record<string, string>> {
  const { options, revocations, webhookSecrets } = setting;
  const { issuer, ...others } = options;
  return {
    TORII_ISSUER: issuer,
    TORII_OPTIONS: JSON.stringify({ ...others, revocations }),
    TORII_WEBHOOK_SECRET: webhookSecrets.current,
    TORII_PREVIOUS_WEBHOOK_SECRET: webhookSecrets.previous,
  };
}

export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function endOf({ exitCode, signalCode }: ChildProcess): string {
  return exitCode === null ? `the signal ${signalCode}` : `the code ${exitCode}`;
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const ended = new Promise<void>((resolve) => (hasEnded(child) ? resolve() : child.once('exit', () => resolve())));
  kill(child, 'SIGTERM');
  const inTime = await Promise.race([ended.then(() => true), pause(5000, false, { ref: false })]);
  if (!inTime) kill(child, 'SIGKILL');
  await ended;
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The process has ended already.
  }
}
