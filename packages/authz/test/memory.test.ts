// Measures the memory of a process. The limits have a margin of a half.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { heldHeapOf } from '../../../scripts/held-heap.ts';

test('[36] the automaton states of all regular expressions of a document hold at most 8 MiB', async () => {
  expect(await heldHeapOf(join(import.meta.dirname, 'policy-memory.ts'), 'states')).toBeLessThan(12.6e6);
});

test('[36] the remembered decisions of a document hold at most 4 MB, even if all paths are long', async () => {
  expect(await heldHeapOf(join(import.meta.dirname, 'policy-memory.ts'), 'decisions')).toBeLessThan(10e6);
});
