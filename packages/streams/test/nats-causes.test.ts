// What tells an operator why NATS cannot be used.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import selfsigned from 'selfsigned';
import { expect } from 'vitest';
import { ToriiStreamError } from '../src/index.ts';
import { connectStore } from '../src/nats/index.ts';
import { natsTest as test } from './nats-server.ts';

async function causeOf(servers: string): Promise<string> {
  const error: unknown = await connectStore({ servers, timeoutMs: 30_000 }).then(
    () => 'It connected.',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ToriiStreamError);
  return inspect((error as ToriiStreamError).cause, { depth: 9 });
}

test('a refused connection, an unknown host and a certificate have different causes', async ({ startNats }) => {
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: 'nats' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  });
  const { url } = await startNats((folder) => {
    writeFileSync(join(folder, 'server.crt'), cert);
    writeFileSync(join(folder, 'server.key'), key);
    return `tls { cert_file: "${folder}/server.crt", key_file: "${folder}/server.key" }`;
  });
  const causes = {
    refused: await causeOf('nats://127.0.0.1:9'),
    unknown: await causeOf('nats://nowhere.invalid:4222'),
    certificate: await causeOf(url.replace('nats:', 'tls:')),
  };
  expect(causes).toEqual({
    refused: expect.stringContaining('ECONNREFUSED'),
    unknown: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    certificate: expect.stringMatching(/certificate/i),
  });
});
