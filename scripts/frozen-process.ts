// Stops a program while it works (SIGSTOP), and lets it go on later, as a frozen Lambda or a sleeping laptop does.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Answer {
  readonly id: number;
  readonly answer: unknown;
}

/** A program that calls {@link answerQuestions}, in a process that a test can stop. Only on Linux. */
export class FreezableProgram {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #lastId = 0;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  static async start(file: string, env: Readonly<Record<string, string>>): Promise<FreezableProgram> {
    const folder = mkdtempSync(join(tmpdir(), 'torii-frozen-'));
    const child = fork(file, {
      execArgv: ['--conditions=@torii/source', '--no-warnings'],
      env: { ...process.env, ...env, CLOCK_FILE: clockFileIn(folder) },
    });
    const program = new FreezableProgram(child, folder);
    program.setAhead(0);
    await once(child, 'message');
    return program;
  }

  async ask(question?: string): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<unknown>((resolve) => {
      const listen = (message: Answer): void => {
        if (message.id !== id) return;
        this.#child.off('message', listen);
        resolve(message.answer);
      };
      this.#child.on('message', listen);
    });
    this.#child.send({ id, question });
    return answered;
  }

  /** Stops the program until `goOn`. Returns when at least `ms` have passed, so that shorter timers have run out. */
  async freeze(ms: number): Promise<void> {
    this.#child.kill('SIGSTOP');
    while (!/\) T /.test(readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8'))) await sleep(5);
    await sleep(ms);
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  /** Sets both clocks of the program ahead. */
  setAhead(ms: number): void {
    writeFileSync(clockFileIn(this.#folder), String(ms));
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Runs in the child process: answers the test's requests, using the clocks that the test sets. */
export function answerQuestions(answer: (question: string) => Promise<unknown>): void {
  const file = process.env['CLOCK_FILE'] ?? '';
  const aheadMs = (): number => Number(readFileSync(file, 'utf8'));
  const [dateNow, performanceNow] = [Date.now.bind(Date), performance.now.bind(performance)];
  Date.now = () => dateNow() + aheadMs();
  performance.now = () => performanceNow() + aheadMs();
  process.on('message', async ({ id, question }: { readonly id: number; readonly question: string }) => {
    process.send?.({ id, answer: await answer(question) });
  });
  process.send?.('ready');
}

function clockFileIn(folder: string): string {
  return join(folder, 'ahead');
}
