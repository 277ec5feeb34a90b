import { Interrupted } from './failures.ts';
import { type AddCommands, runCommands } from './run.ts';

/** Runs this process as a command: arguments, streams, signals and exit code are its own. */
export async function runAsProcess(addCommands: AddCommands): Promise<void> {
  const interruption = new AbortController();
  process.on('SIGINT', () => interrupt(130));
  process.on('SIGTERM', () => interrupt(143));
  const { stdin, stdout, stderr, env: environment } = process;
  const surroundings = { stdin, stdout, stderr, environment, folder: process.cwd(), signal: interruption.signal };
  const code = await runCommands(process.argv.slice(2), surroundings, addCommands);
  // Everything is written by now. What may still be open, a waiting connection or standard input, keeps nobody waiting.
  process.exit(code);

  function interrupt(exitCode: number): void {
    // Whoever asks twice does not want to wait for a tidy end.
    if (interruption.signal.aborted) process.exit(exitCode);
    interruption.abort(new Interrupted(exitCode));
  }
}
