import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Question } from './case.ts';

/** Something that runs the packages. */
export interface Runtime {
  readonly name: string;
  readonly kind: 'node' | 'process' | 'bundled';
  /** Why it cannot be had on this machine, and what to do about it. Undefined where it can. */
  readonly missing?: string | undefined;
  start(): Promise<Running>;
}

/** One that is up. */
export interface Running {
  /** One answer for each question, in order; fewer where it broke down, and then why. */
  ask(questions: readonly Question[]): Promise<Answers>;
  stop(): void;
}

export interface Answers {
  readonly answers: readonly string[];
  readonly trouble?: string | undefined;
}

const resolve = createRequire(import.meta.url).resolve;

/**
 * The binary that an installed package brings along, by the package that depends on it and the path inside. Undefined on a
 * platform for which there is none.
 */
export function findBinary(names: readonly string[], path: string): string | undefined {
  try {
    let folder = import.meta.dirname;
    // One after another, since a package sees its own dependencies alone.
    for (const name of names) folder = dirname(resolve(`${name}/package.json`, { paths: [folder] }));
    return join(folder, path);
  } catch {
    return undefined;
  }
}

export function describeMissing(name: string): string {
  const platform = `${process.platform}-${process.arch}`;
  return `${name} has no package for ${platform}, or it is not installed: run \`node scripts/run.mjs pnpm install\`, or leave it to CI, which runs on linux-x64`;
}
