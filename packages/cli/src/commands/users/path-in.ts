import { isAbsolute, relative, resolve } from 'node:path';

/** A file as it is reached from here, written as shortly as the person wrote it. */
export function pathIn(folder: string, file: string): string {
  return isAbsolute(file) ? file : relative('', resolve(folder, file)) || '.';
}
