// Measures the memory of a process, with real tokens. The limits have a margin of a half.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { heldHeapOf } from '../../../../scripts/held-heap.ts';

test.each(['objects', 'text'])(
  '[36] verified tokens with 16 kB of %s hold at most 40 MB in a verifier',
  async (claim) => {
    expect(await heldHeapOf(join(import.meta.dirname, 'cached-tokens.ts'), claim)).toBeLessThan(60e6);
  },
);
