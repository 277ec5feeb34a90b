import { readFileSync } from 'node:fs';
import { decodeText } from '../packages/core/src/options/text-bytes.ts';

/** Reads a JSON file that a person may have saved on Windows: UTF-8 or UTF-16, with a byte order mark. */
export function readJsonFile<Value>(path: string): Value {
  const reading = decodeText(readFileSync(path));
  if ('problem' in reading) throw new Error(`${path} ${reading.problem}.`);
  return JSON.parse(reading.text);
}
