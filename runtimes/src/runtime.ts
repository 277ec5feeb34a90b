import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Question, ScriptName } from './case.ts';

export interface Runtime {
  readonly name: string;
  readonly kind: 'node' | 'process' | 'bundled';
  /** Why the runtime is not available on this machine, and how to install it. `undefined` if it is available. */
  readonly missing?: string | undefined;
  start(script?: ScriptName): Promise<Running>;
}

export interface Running {
  /** Asks the questions in order. If the runtime crashes, there are fewer answers than questions, and `trouble` says why. */
  ask(questions: readonly Question[]): Promise<Answers>;
  stop(): void;
}

export interface Answers {
  readonly answers: readonly string[];
  readonly trouble?: string | undefined;
}

const resolve = createRequire(import.meta.url).resolve;

/**
 * The path of a binary in an installed package. `names` are packages, each of which depends on the next; the last one contains
 * the binary at `path`. `undefined` if a package is not installed, or has no binary for this platform.
 */
export function findBinary(names: readonly string[], path: string): string | undefined {
  try {
    let folder = import.meta.dirname;
    // Resolve each package from the previous one: with pnpm, a package can resolve only its own dependencies.
    for (const name of names) folder = dirname(resolve(`${name}/package.json`, { paths: [folder] }));
    return join(folder, path);
  } catch {
    return undefined;
  }
}

export function describeMissing(name: string): string {
  const platform = `${process.platform}-${process.arch}`;
  return `${name} is not installed, or has no package for ${platform}. Run \`node scripts/run.mjs pnpm install\`, or rely on CI, which runs on linux-x64`;
}
