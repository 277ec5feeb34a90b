import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { createAuthz } from '@torii/authz';
import { authenticateRequest, createVerifier, verifyToken } from '@torii/core';
import { viewOf } from '@torii/core/adapter';
import { requireAuth } from '@torii/express';
import express from 'express';
import { makeMaterial } from '../material.ts';
import { permissionsFor, questionsFor } from '../permissions.ts';

export interface Scenario {
  readonly what: string;
  prepare(): Promise<Prepared>;
}

export interface Prepared {
  /** A small part of the work. It is repeated. `false` if nothing is left to do. */
  run(): Promise<boolean>;
  stop?(): Promise<unknown>;
}

const inTurn = 200;
/** The number of tokens that are each verified once. */
const newTokens = 20_000;

export const scenarios: Readonly<Record<string, Scenario>> = {
  verify: { what: 'createVerifier().verify, a known token', prepare: verifyKnown },
  'verify-cold': { what: 'createVerifier().verify, new tokens, one by one', prepare: verifyNew },
  'one-call': { what: 'verifyToken(token, { issuer }), a known token', prepare: verifyInOneCall },
  'authenticate-request': {
    what: 'authenticateRequest(request, { issuer }), a known token',
    prepare: authenticateInOneCall,
  },
  express: { what: 'HTTP requests to Express with requireAuth, a known token', prepare: serveExpress },
  authz: { what: 'decisions of @torii/authz with 1,000 permissions, nothing cached', prepare: decide },
  'authz-patterns': { what: 'decisions of @torii/authz by 60 regular expressions', prepare: decideByPatterns },
};

async function verifyKnown(): Promise<Prepared> {
  const { verifier, token } = await makeVerifier();
  return repeat(() => verifier.verify(token));
}

async function verifyNew(): Promise<Prepared> {
  const { material, verifier } = await makeVerifier();
  const tokens = await material.mint(newTokens);
  const run = async (): Promise<boolean> => {
    for (const token of tokens.splice(0, inTurn)) await verifier.verify(token);
    return tokens.length > 0;
  };
  return { run };
}

async function verifyInOneCall(): Promise<Prepared> {
  const { issuer, token } = await makeVerifier();
  return repeat(() => verifyToken(token, { issuer }));
}

async function authenticateInOneCall(): Promise<Prepared> {
  const { issuer, token } = await makeVerifier();
  const headers = { authorization: `Bearer ${token}` };
  return repeat(() => authenticateRequest({ method: 'GET', url: '/', headers }, { issuer }));
}

/** The client runs in another thread, which is not recorded. */
async function serveExpress(): Promise<Prepared> {
  const { issuer, token } = await makeVerifier();
  const app = express();
  app.use(requireAuth({ issuer }));
  app.get('/', (req, res) => res.json({ userId: req.auth?.userId }));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new Worker(
    `const { Agent, get } = require('node:http');
    const { parentPort, workerData } = require('node:worker_threads');
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const ask = () => new Promise((resolve, reject) => get({ ...workerData, host: '127.0.0.1', agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error('The server answered ' + response.statusCode + '.'));
      response.resume().on('end', resolve);
    }).on('error', reject));
    parentPort.on('message', async (count) => {
      await Promise.all(Array.from({ length: 16 }, async () => { for (let n = 0; n < count / 16; n++) await ask(); }));
      parentPort.postMessage('done');
    });`,
    {
      eval: true,
      workerData: { port: (server.address() as AddressInfo).port, headers: { authorization: `Bearer ${token}` } },
    },
  );
  const run = async (): Promise<boolean> => {
    client.postMessage(inTurn);
    await once(client, 'message');
    return true;
  };
  const stop = async (): Promise<void> => {
    await client.terminate();
    server.closeAllConnections();
    server.close();
  };
  return { run, stop };
}

async function decide(): Promise<Prepared> {
  const { material, verifier } = await makeVerifier();
  const [token = ''] = await material.mint(1, { claims: { roles: ['role3', 'role7'] } });
  const auth = await verifier.verify(token);
  const authz = createAuthz({ permissions: { permissions: permissionsFor(1_000) } });
  const questions = questionsFor(1_000).map((resource) => `${resource}:get`);
  let n = 0;
  return repeat(() => authz.can(auth, questions[n++ % questions.length] ?? ''));
}

async function decideByPatterns(): Promise<Prepared> {
  const { material, verifier } = await makeVerifier();
  const [token = ''] = await material.mint(1, { claims: { roles: ['clerk'] } });
  const auth = await verifier.verify(token);
  const clerk = Array.from({ length: 60 }, (_, n) => `%r{\\w+/thing${n}/\\d+}:get`);
  const [check] = createAuthz({ permissions: { permissions: { clerk } } }).checks;
  let n = 0;
  return repeat(() => check(auth, viewOf({ method: 'GET', url: `/area/thing${n % 90}/${n++}`, headers: {} })));
}

async function makeVerifier() {
  const material = await makeMaterial();
  const [token = ''] = await material.mint(1);
  return { material, issuer: material.issuer, token, verifier: createVerifier({ issuer: material.issuer }) };
}

function repeat(work: () => unknown): Prepared {
  const run = async (): Promise<boolean> => {
    for (let n = 0; n < inTurn; n++) await work();
    return true;
  };
  return { run };
}
