import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as streams from '../src/index.ts';
import * as nats from '../src/nats/index.ts';

test('exports exactly the public API', () => {
  expect(Object.keys(streams).sort()).toEqual([
    'ToriiAuthError',
    'ToriiConfigError',
    'ToriiError',
    'ToriiForbiddenError',
    'ToriiStreamError',
    'createRotation',
    'createStreamSigner',
    'getKeyId',
    'isStreamPattern',
    'matchesStream',
    'publishPublicKey',
    'readPublishedKey',
    'readStreamEnvironment',
    'verifyStreamToken',
  ]);
  expect(Object.keys(nats).sort()).toEqual(['connectNats', 'connectStore', 'createNatsStore']);
});

test('imports a NATS client only in the nats folder, so apps that only mint tokens do not need it', () => {
  const source = join(import.meta.dirname, '..', 'src');
  const importsOf = (file: string) => [...readFileSync(join(source, file), 'utf8').matchAll(/from '([^']+)'/g)];
  const others = globSync('**/*.ts', { cwd: source }).filter((file) => !file.startsWith('nats'));
  expect(others).toContain('index.ts');
  expect(others).toContain(join('keys', 'slot.ts'));
  for (const file of others) {
    for (const [, name] of importsOf(file)) expect(`${file} ${name}`).not.toMatch(/nats/);
  }
});
