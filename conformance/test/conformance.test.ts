import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createVerifier } from '@torii/core';
import express5 from 'express';
import express4 from 'express4';
import koa3 from 'koa';
import koa2 from 'koa2';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { createCoreInFastifyApp } from '../adapters/core-in-fastify.ts';
import { createExpressApp } from '../adapters/express.ts';
import { createExpressGuardsApp } from '../adapters/express-guards.ts';
import { createFastifyApp } from '../adapters/fastify.ts';
import { createKoaApp } from '../adapters/koa.ts';
import { createNodeHttpApp } from '../adapters/node-http.ts';
import { cases, emulators, fill, judge, optionsOf, verifiers } from './questions.ts';
import { sendRaw } from './raw-request.ts';

const servers = {
  // Casts, because the types of two major versions are incompatible. The adapters use only what both versions have.
  'Express 4': createExpressApp(express4 as unknown as typeof express5),
  'Express 5': createExpressApp(express5),
  'Koa 2': createKoaApp(koa2 as unknown as typeof koa3),
  'Koa 3': createKoaApp(koa3),
  'node:http': createNodeHttpApp,
  'Express guards in node:http': createExpressGuardsApp,
  Fastify: createFastifyApp,
  'core in Fastify': createCoreInFastifyApp,
};

failOnCrashes();
afterAll(async () => {
  for (const emulator of Object.values(emulators)) await emulator.stop();
});

describe.each(Object.entries(servers))('%s', (_name, createApp) => {
  let visits: string[] = [];
  const visit = (handler: string) => void visits.push(handler);
  const listening = Object.entries(verifiers).map(([name, data]) => {
    const { options, source } = optionsOf(data);
    const verifier = createVerifier({ issuer: '', ...options, ...(source && { revocations: source }) });
    return { name, source, server: createServer(createApp({ verifier, visit })) };
  });
  const portOf = (name: string) =>
    (listening.find((each) => each.name === name)?.server.address() as AddressInfo | undefined)?.port ?? 0;

  beforeAll(() =>
    Promise.all(listening.map(({ server }) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))),
  );
  afterAll(() => Promise.all(listening.map(({ server }) => new Promise((resolve) => server.close(resolve)))));

  test.each(cases.map((each) => [each.statement ? `[${each.statement}] ` : '', each.name, each] as const))(
    '%s%s',
    async (_statement, _name, each) => {
      const { verifier = 'usual', method = 'GET', target = '/', authorization, headers, answer, revokedAfter } = each;
      const port = portOf(verifier);
      const lines = [...(authorization ?? []).map((value) => ['Authorization', value]), ...(headers ?? [])];
      const request = fill({ target, lines }, `127.0.0.1:${port}`) as { target: string; lines: [string, string][] };
      const send = () => sendRaw(port, { method, target: request.target, headers: request.lines });
      if (revokedAfter !== undefined) {
        visits = [];
        judge(await send(), revokedAfter, visits, method);
        listening.find(({ name }) => name === verifier)?.source?.revoke(String(fill(each.revoke)));
      }
      visits = [];
      judge(await send(), answer, visits, method);
    },
  );
});
