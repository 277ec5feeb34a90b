// Follows the steps of a page in docs/start/ as a user does: in terminals, in an empty folder.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../packages/next/test/next-server.ts';
import { writeFileAt } from './packed-app.ts';
import { type PastedLines, type Step, shows } from './start-page.ts';
import { answers } from './test/answering-port.ts';

export interface FollowedStep {
  readonly step: Step;
  readonly seconds: number;
  /** What the terminal printed for this step. */
  readonly output: string;
}

/**
 * Follows the steps. The ports 3000 and 4100 of the page are replaced by free ones.
 *
 * @throws Error if a command fails, or if a terminal does not show what the page says
 */
export async function followSteps(
  folder: string,
  steps: readonly Step[],
  environment: Readonly<Record<string, string>>,
): Promise<readonly FollowedStep[]> {
  const ports = { app: await freePort(), emulator: await freePort() };
  const here = (text: string): string =>
    text
      .replaceAll(/\b3000\b/g, `${ports.app}`)
      .replaceAll(/\b4100\b/g, `${ports.emulator}`)
      // By default, `torii token mint` asks the emulator on port 4100. Name the other port.
      .replaceAll('torii token mint', `torii token mint --emulator http://127.0.0.1:${ports.emulator}`);
  mkdirSync(folder, { recursive: true });
  // curl shows a progress meter if its output is not a terminal. Turn it off.
  writeFileAt(join(`${folder}.home`, '.curlrc'), 'silent\nshow-error\n');
  // create-next-app reuses answers that it stored in the home folder. Use an empty one.
  const home = { CURL_HOME: `${folder}.home`, XDG_CONFIG_HOME: `${folder}.home`, NEXT_TELEMETRY_DISABLED: '1' };
  const variables = { ...environment, ...home, TORII_EMULATOR_PORT: `${ports.emulator}`, PORT: `${ports.app}` };
  const terminals = new Map<number, Terminal>();
  const followed: FollowedStep[] = [];
  let project = folder;
  try {
    for (const step of steps) {
      const begun = performance.now();
      let output = '';
      if (step.kind === 'file') writeFileAt(join(project, step.path), here(step.text));
      else {
        const terminal = terminals.get(step.terminal) ?? new Terminal(project, variables);
        terminals.set(step.terminal, terminal);
        output = await terminal.paste({ ...step, lines: here(step.lines), shown: step.shown && here(step.shown) });
        if (step.stays && step.shown === undefined) {
          await untilAnswers(step.lines.includes('@torii/emulator') ? ports.emulator : ports.app, terminal);
        }
        // Files are saved, and other terminals are opened, in the folder in which the first terminal is.
        const [, entered] = /^(?:mkdir .+ && )?cd (\S+)$/m.exec(step.lines) ?? [];
        if (step.terminal === 1 && entered !== undefined) project = join(project, entered);
      }
      followed.push({ step, seconds: (performance.now() - begun) / 1000, output });
    }
    return followed;
  } finally {
    for (const terminal of terminals.values()) await terminal.close();
  }
}

/** A shell that keeps its folder and variables from one block to the next. It ends if a command fails. */
class Terminal {
  readonly #shell: ChildProcessWithoutNullStreams;
  readonly #folder: string;
  #output = '';
  #pasted = 0;

  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    // vitest sets NODE_ENV, which a user's terminal does not have.
    const env = { ...process.env, NODE_ENV: undefined, NODE_OPTIONS: '', ...environment };
    // In a process group, so that the programs that it starts can be ended with it.
    this.#shell = spawn('sh', ['-e'], { cwd: folder, env, detached: true });
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  /** Returns what the block printed. */
  async paste({ lines, stays, shown }: PastedLines): Promise<string> {
    this.#pasted += 1;
    const file = `${this.#folder}.${this.#shell.pid}.${this.#pasted}.sh`;
    const end = `ended ${this.#shell.pid} ${this.#pasted}`;
    writeFileSync(file, lines);
    const from = this.#output.length;
    // Without </dev/null, a program would read the following commands as its input.
    this.#shell.stdin.write(`. '${file}' </dev/null\necho\necho '${end}'\n`);
    const printed = (): string => this.#output.slice(from).replace(`\n${end}\n`, '');
    const hasEnded = (): boolean => this.#output.includes(`\n${end}\n`);
    const isReady = (): boolean => stays && (shown === undefined || shows(printed(), shown));
    while (!hasEnded() && !isReady()) {
      if (this.#shell.exitCode !== null) throw new Error(`${lines}\nfailed:\n${printed()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (stays && hasEnded()) throw new Error(`${lines}\nended, but the page says that it keeps running:\n${printed()}`);
    if (shown !== undefined && !shows(printed(), shown)) {
      throw new Error(`${lines}\nprinted:\n${printed()}\nThe page says:\n${shown}`);
    }
    return printed();
  }

  /** @throws Error with the output, if the shell has ended */
  checkRunning(): void {
    if (this.#shell.exitCode !== null) throw new Error(`The terminal ended:\n${this.#output}`);
  }

  async close(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#shell;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const closed = once(this.#shell, 'close');
    process.kill(-pid, 'SIGKILL');
    await closed;
  }
}

/** Waits until the server answers, for a program that prints nothing when it is ready. */
async function untilAnswers(port: number, terminal: Terminal): Promise<void> {
  while (!(await answers(port))) {
    terminal.checkRunning();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
