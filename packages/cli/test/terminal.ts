import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { onTestFinished, type TestContext, vi } from 'vitest';
import { cleanEnvironment, nodeArguments, patience, type Start, temporaryFolder } from './command.ts';

/** A command that runs on a pseudo-terminal. */
export interface RunningOnTerminal {
  /** The output so far, with control characters and CR LF line endings. */
  output(): string;
  /** The output so far without control characters. */
  text(): string;
  /** Waits until the text contains this. */
  shows(expected: string | RegExp): Promise<void>;
  /** Types keys: `'\x03'` is Ctrl-C, `'\r'` is Return. */
  type(keys: string): void;
  /** Sends a signal to the command. Only on Linux. */
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<number>;
}

// The exit event of a process can arrive before its last output. So a shell writes a mark after the command's output, and
// keeps the terminal open until the mark was read.
const script = 'trap : INT; eval "$RUN"; code=$?; $AFTER; printf "\\036%s\\036" $code; exec sleep 3600';
// biome-ignore lint/suspicious/noControlCharactersInRegex: no command writes this character
const endMark = /\x1e(\d+)\x1e/;

export interface TerminalStart extends Start {
  readonly columns?: number;
  /** The shell command that runs `torii`, whose words are `$@`. @default '"$@"' */
  readonly shell?: string;
  /** A shell command to run after `torii`. */
  readonly after?: string;
}

/** Starts `torii` on a pseudo-terminal of 80 columns by default. It is killed at the end of the test. */
export async function startOnTerminal(
  context: Pick<TestContext, 'skip'>,
  args: readonly string[],
  start: TerminalStart = {},
): Promise<RunningOnTerminal> {
  const { spawn } = await requireTerminals(context);
  const terminal = spawn('sh', ['-c', script, 'sh', process.execPath, ...nodeArguments(args, start)], {
    cols: start.columns ?? 80,
    rows: 30,
    cwd: start.folder ?? temporaryFolder(),
    env: { ...cleanEnvironment(start), RUN: start.shell ?? '"$@"', AFTER: start.after ?? ':' },
  });
  let output = '';
  const ended = new Promise<number>((resolve) => {
    terminal.onData((text) => {
      output += text;
      const [mark, code] = endMark.exec(output) ?? [];
      if (mark === undefined) return;
      output = output.replace(mark, '');
      resolve(Number(code));
    });
    terminal.onExit(() => resolve(Number.NaN));
  });
  const gone = new Promise<void>((resolve) => terminal.onExit(() => resolve()));
  onTestFinished(async () => {
    terminal.kill('SIGKILL');
    await gone;
  });
  const text = () => stripVTControlCharacters(output).replaceAll('\r\n', '\n');
  return {
    output: () => output,
    text,
    shows: (expected) =>
      vi.waitFor(() => {
        const found = typeof expected === 'string' ? text().includes(expected) : expected.test(text());
        if (!found) throw new Error(`The terminal does not show ${expected} but: ${text()}`);
      }, patience),
    type: (keys) => terminal.write(keys),
    kill(signal) {
      const children = readFileSync(`/proc/${terminal.pid}/task/${terminal.pid}/children`, 'utf8');
      process.kill(Number(children.trim()), signal);
    },
    ended,
  };
}

async function requireTerminals({ skip }: Pick<TestContext, 'skip'>): Promise<typeof import('@lydell/node-pty')> {
  try {
    return await import('@lydell/node-pty');
  } catch (cause) {
    const reason = `needs a pseudo terminal: @lydell/node-pty has no binary for ${process.platform}-${process.arch}`;
    if (process.env['CI'] === 'true') throw new Error(reason, { cause });
    return skip(reason);
  }
}
