import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

const blockSize = 512;

/**
 * Replaces the text of files in a tarball, and leaves everything else as it is. `replace` gets the path of each file, such as
 * `package/README.md`, and a function that reads its text. It returns the new text, or undefined to keep the file.
 */
export function replaceFiles(tarball: string, replace: (path: string, read: () => string) => string | undefined): void {
  const archive = gunzipSync(readFileSync(tarball));
  const parts: Uint8Array[] = [];
  let offset = 0;
  while (offset < archive.length) {
    const header = archive.subarray(offset, offset + blockSize);
    const size = Number.parseInt(textAt(header, 124, 12), 8) || 0;
    const start = offset + blockSize;
    const end = start + Math.ceil(size / blockSize) * blockSize;
    const text = isFile(header)
      ? replace(textAt(header, 0, 100), () => archive.toString('utf8', start, start + size))
      : undefined;
    if (text === undefined) parts.push(archive.subarray(offset, end));
    else parts.push(...entryOf(header, Buffer.from(text)));
    offset = end;
  }
  writeFileSync(tarball, gzipSync(Buffer.concat(parts)));
}

function isFile(header: Buffer): boolean {
  return textAt(header, 156, 1) === '0';
}

function entryOf(header: Buffer, content: Buffer): readonly Uint8Array[] {
  const changed = Buffer.from(header);
  changed.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  // The checksum is the sum of the header's bytes, with spaces in its own field.
  changed.fill(' ', 148, 156);
  const sum = changed.reduce((total, byte) => total + byte, 0);
  changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const padding = Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize);
  return [changed, content, padding];
}

function textAt(header: Buffer, start: number, length: number): string {
  return header.toString('utf8', start, start + length).replace(/\0.*$/s, '');
}
