import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateFiles } from '../generate/generate.ts';
import { compileClient, writeClient } from './generated-client.ts';
import { program } from './program-of-all-operations.ts';
import { listSpecForms } from './spec-forms.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torii-forms-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.each(listSpecForms({ sameContent: true }))(
  'a program that uses all 26 operations compiles with %s',
  async (_name, published) => {
    await writeClient(folder, published, { program });
    expect(compileClient(folder)).toBe('');
  },
);

test.each(listSpecForms({ sameContent: false }))('a client can be generated from %s', async (_name, published) => {
  expect((await generateFiles(published)).size).toBeGreaterThan(8);
});
