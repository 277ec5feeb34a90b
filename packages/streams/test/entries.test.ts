import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '..', 'src');

test('who mints does not need a NATS client: nats*.ts alone knows one', () => {
  const importsOf = (file: string) => [...readFileSync(join(source, file), 'utf8').matchAll(/from '([^']+)'/g)];
  const others = globSync('*.ts', { cwd: source }).filter((file) => !file.startsWith('nats'));
  expect(others).toContain('index.ts');
  for (const file of others) {
    for (const [, name] of importsOf(file)) expect(`${file} ${name}`).not.toMatch(/nats/);
  }
});
