import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { RevocationSource, RevocationVerdict } from '@torii/core';

/** What a fixture app says about a token. */
export interface AskedToken {
  readonly auth: { readonly userId: string; readonly issuedAt: number };
  readonly digest: string;
}

export interface TestRevocations extends Omit<RevocationSource, 'check'> {
  check(token: AskedToken): RevocationVerdict;
}

export interface RevocationServer extends AsyncDisposable {
  /** Pass these to `startApp`, so that the app's verifiers ask the source. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Lets apps in other processes ask a source of this process. */
export async function serveRevocations({ check, ...source }: TestRevocations): Promise<RevocationServer> {
  const server = createServer(async (req, res) => {
    res.end(check((await json(req)) as AskedToken));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    environment: { TEST_REVOCATIONS: JSON.stringify({ ...source, url }) },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
