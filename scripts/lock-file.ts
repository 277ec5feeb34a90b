// Locks between processes, for work that must not be done twice at the same time.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for a lock file, and holds it until it is disposed. The file contains the process id of the holder, so that the
 * lock of a process that died can be taken over.
 */
export function lock(path: string): Promise<AsyncDisposable> {
  return lockOneOf([path]);
}

/** Waits for any of several lock files. */
export async function lockOneOf(paths: readonly string[]): Promise<AsyncDisposable> {
  for (;;) {
    for (const path of paths) {
      try {
        writeFileSync(path, String(process.pid), { flag: 'wx' });
        return { [Symbol.asyncDispose]: async () => rmSync(path, { force: true }) };
      } catch {
        if (!isHeld(path)) rmSync(path, { force: true });
      }
    }
    await sleep(100);
  }
}

function isHeld(path: string): boolean {
  try {
    process.kill(Number(readFileSync(path, 'utf8')) || process.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code !== 'ESRCH' && error.code !== 'ENOENT';
  }
}
