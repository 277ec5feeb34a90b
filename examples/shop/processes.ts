import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Service = 'web' | 'orders' | 'stock';

export interface ServiceOptions {
  /** 0 chooses a free port. Not allowed for `web`, because its settings contain its address. */
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  /** More arguments of Node. */
  readonly nodeArguments?: readonly string[];
  readonly onOutput?: (text: string) => void;
}

export interface RunningService extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  kill(): Promise<void>;
}

const next = join(import.meta.dirname, 'node_modules', 'next', 'dist', 'bin', 'next');

/** Starts a service in a new process, and waits until it listens. Build `web` before. */
export async function startService(
  service: Service,
  { port, environment, nodeArguments = [], onOutput = () => {} }: ServiceOptions,
): Promise<RunningService> {
  const program =
    service === 'web'
      ? [next, 'start', 'web', '--hostname', '127.0.0.1', '--port', String(port)]
      : ['--conditions=@torii/source', `${service}/server.ts`];
  const child = spawn(process.execPath, [...nodeArguments, ...program], {
    cwd: import.meta.dirname,
    env: { ...process.env, ...environment, PORT: String(port), NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput(text);
    });
  }
  const killAtExit = () => child.kill('SIGKILL');
  process.on('exit', killAtExit);
  const kill = async () => {
    process.off('exit', killAtExit);
    // SIGKILL, because on SIGTERM Next's server waits for open connections.
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  };
  let url: string | undefined;
  while (url === undefined) {
    if (child.exitCode !== null) throw new Error(`${service} ended before it listened:\n${output}`);
    await sleep(20);
    url =
      service === 'web'
        ? output.includes('Ready in')
          ? `http://127.0.0.1:${port}`
          : undefined
        : /listens on (\S+)/.exec(output)?.[1];
  }
  return { url, child, output: () => output, kill, [Symbol.asyncDispose]: kill };
}
