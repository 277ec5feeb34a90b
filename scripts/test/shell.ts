// Runs lines of a README in a shell, as a user does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ShellOptions {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface RunningLine extends AsyncDisposable {
  /** The output so far. */
  output(): string;
}

/** Process groups that have not ended. They end with this process, for example after a test that took too long. */
const groups = new Set<number>();
process.on('exit', () => {
  for (const group of groups) process.kill(-group, 'SIGKILL');
});

/** Runs a line. Returns all that it prints. */
export async function runLine(line: string, options: ShellOptions): Promise<string> {
  const { child, output } = start(line, options);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${line}\nended with ${code}:\n${output()}`);
  return output();
}

/** Starts a line that does not end by itself, and waits until it is ready. */
export async function startLine(
  line: string,
  options: ShellOptions,
  isReady: (output: string) => boolean | Promise<boolean>,
): Promise<RunningLine> {
  const { child, output } = start(line, options);
  const closed = once(child, 'close');
  const { pid } = child;
  const stop = async (): Promise<void> => {
    if (pid !== undefined && groups.has(pid)) process.kill(-pid, 'SIGKILL');
    await closed;
  };
  while (!(await isReady(output()))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${line}\nended:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { output, [Symbol.asyncDispose]: stop };
}

/** In a process group, so that the programs that the line starts can be ended with it. */
function start(line: string, { folder, environment }: ShellOptions) {
  const child = spawn('sh', ['-c', line], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) {
    groups.add(pid);
    child.on('exit', () => groups.delete(pid));
  }
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return { child, output: () => text };
}
