import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollFeed, type RevocationFeed } from '@torii/revocation';

/** Revocations in a file instead of Redis, so that the tour needs nothing installed. */
export interface RevocationFile {
  readonly path: string;
  readonly feed: RevocationFeed;
}

/** Creates an empty file, which is removed when this process exits. */
export function createRevocationFile(): RevocationFile {
  const folder = mkdtempSync(join(tmpdir(), 'torii-tour-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'revocations');
  writeFileSync(path, '');
  const feed = pollFeed({
    read: async () => (await readFile(path, 'utf8')).split('\n').filter((line) => line !== ''),
    write: (entries) => appendFile(path, entries.map(({ text }) => `${text}\n`).join('')),
    everyMs: 250,
  });
  return { path, feed };
}
