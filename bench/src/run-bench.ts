import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Bench } from './benches.ts';
import type { Progress } from './progress.ts';
import type { Section } from './section.ts';

/** Runs a benchmark in a separate process, so that memory left by one does not slow down the next. */
export async function runBench(
  { name, conditions = [] }: Bench,
  folder: string,
  onProgress: (progress: Progress) => void,
): Promise<Section> {
  const result = join(folder, `${name}.json`);
  const child = fork(join(import.meta.dirname, `${name}.bench.ts`), {
    execArgv: ['--expose-gc', ...['@torii/source', ...conditions].map((condition) => `--conditions=${condition}`)],
    env: { ...process.env, BENCH_RESULT: result },
    silent: true,
  });
  child.on('message', (progress: Progress) => onProgress(progress));
  const [code, output, errors] = await Promise.all([
    new Promise<number | null>((resolve) => child.once('close', resolve)),
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
  ]);
  if (code !== 0) throw new Error(`exited with ${code}.\n${output}${errors}`);
  return JSON.parse(readFileSync(result, 'utf8'));
}
