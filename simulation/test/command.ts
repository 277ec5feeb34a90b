import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { repository } from '../src/product/bundle.ts';

/** A few small scenarios, which need no product. */
export const counterScenarios: string = join(import.meta.dirname, 'counter', 'scenarios.ts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npm run simulate` in a new Node process. */
export async function simulate(args: readonly string[], node: string = process.execPath): Promise<Ended> {
  const main = join(repository, 'simulation', 'src', 'main.ts');
  const child = spawn(node, ['--conditions=@torii/source', main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

/** The SHA-256 that a run has printed. */
export function hashOf({ stdout }: Ended): string | undefined {
  return /SHA-256 of the trace: ([0-9a-f]{64})$/m.exec(stdout)?.[1];
}
