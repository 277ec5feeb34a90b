// What tells an operator why the API cannot be reached.
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import selfsigned from 'selfsigned';
import { expect, test } from 'vitest';
import { createToriiClient, ToriiConnectionError } from '../../src/index.ts';
import { failureOf, secretKey } from '../scripted-api.ts';

async function causeAt(apiUrl: string): Promise<string> {
  const client = createToriiClient({ secretKey, apiUrl, maxRetries: 0 });
  const error = await failureOf(client.users.get('ada'));
  expect(error).toBeInstanceOf(ToriiConnectionError);
  expect(error).toMatchObject({ reason: 'network' });
  return inspect((error as ToriiConnectionError).cause, { depth: 9 });
}

test('a refused connection, an unknown host and a certificate have different causes', async () => {
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: 'api' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  });
  const server = createServer({ cert, key }, (_request, response) => void response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const causes = {
      refused: await causeAt('http://127.0.0.1:2'),
      // A host with several addresses: Node reports one error for each.
      allRefused: await causeAt('http://localhost:2'),
      unknown: await causeAt('https://nowhere.invalid'),
      certificate: await causeAt(`https://127.0.0.1:${port}`),
    };
    expect(causes).toEqual({
      refused: expect.stringContaining('ECONNREFUSED'),
      allRefused: expect.stringContaining('ECONNREFUSED'),
      unknown: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
      certificate: expect.stringMatching(/CERT/),
    });
  } finally {
    server.close();
  }
});
