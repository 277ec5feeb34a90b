// Measures the heap that entries take, in a separate process:
//   node --expose-gc memory-process.ts KIND COUNT
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EntryKind } from './entries.ts';
import { createFilled, fill } from './filled.ts';

const [kind = 'user', count = '1'] = process.argv.slice(2) as [EntryKind, string];
const scope = { issuer: 'https://acme.torii.so', environmentId: '01931a72-0000-7000-8000-000000000000' };
const filled = createFilled(scope);
const empty = await heapBytes();
fill(filled, scope, Number(count), kind);
const bytes = (await heapBytes()) - empty;
const { entries } = filled.revocations.health();
if (entries !== Number(count)) throw new Error(`There are ${entries} entries instead of ${count}.`);
await filled.revocations.close();
process.send?.({ bytes });

async function heapBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await nextTurn();
  }
  return process.memoryUsage().heapUsed;
}
