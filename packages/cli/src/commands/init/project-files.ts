import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectFiles } from './plan.ts';

const leftOut = /^(?:node_modules|dist|build|out|coverage|\..*)$/;

/** Limits the search in large projects. Files near the root are read first, and the app is usually there. */
const maxFiles = 5_000;
const maxBytes = 1_000_000;

export function openProjectFiles(root: string): ProjectFiles {
  let all: readonly string[] | undefined;
  const texts = new Map<string, string | undefined>();
  return {
    read(path) {
      if (!texts.has(path)) texts.set(path, readText(join(root, path)));
      return texts.get(path);
    },
    list(folder) {
      all ??= listFiles(root);
      return folder === '' ? all : all.filter((path) => path.startsWith(`${folder}/`));
    },
  };
}

function readText(file: string): string | undefined {
  try {
    const found = statSync(file);
    // Reading a named pipe would wait for its writer.
    if (!found.isFile() || found.size > maxBytes) return undefined;
    const bytes = readFileSync(file);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Breadth first, so that a large folder of data does not hide the files next to package.json. */
function listFiles(root: string): readonly string[] {
  const found: string[] = [];
  const folders = [''];
  for (const folder of folders) {
    for (const entry of entriesOf(join(root, folder))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (leftOut.test(entry.name)) continue;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() || (entry.isSymbolicLink() && isFile(join(root, path)))) found.push(path);
    }
    if (found.length > maxFiles) break;
  }
  return found.toSorted();
}

/** Also `true` for a link to a file. Links to folders are not followed, because they can form a loop. */
function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
