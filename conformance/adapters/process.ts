// The server that README.md describes, as a process: with every feature, and with the endpoints that report visits and revoke tokens.
import { createServer, type RequestListener } from 'node:http';
import { json } from 'node:stream/consumers';
import { createVerifier } from '@torii/core';
import { webhookHandler } from '@torii/express/webhooks';
import express from 'express';
import { createRevocationSource } from '../src/revocation-source.ts';
import { createExpressApp } from './express.ts';
import { handle } from './webhooks.ts';

const { PORT, HOST, TORII_ISSUER = '', TORII_OPTIONS = '{}' } = process.env;
const { TORII_WEBHOOK_SECRET = '', TORII_PREVIOUS_WEBHOOK_SECRET = '' } = process.env;
const { revocations, ...options } = JSON.parse(TORII_OPTIONS);

const source = revocations && createRevocationSource(revocations);
const verifier = createVerifier({ issuer: TORII_ISSUER, ...options, ...(source && { revocations: source }) });
const visits: string[] = [];
const app = createExpressApp(express)({ verifier, visit: (handler) => void visits.push(handler) });
const webhooks = express()
  .set('env', 'test')
  .post(
    '/webhooks',
    webhookHandler(
      { secret: [TORII_WEBHOOK_SECRET, TORII_PREVIOUS_WEBHOOK_SECRET], store: 'memory' },
      handle((id) => void visits.push(`/webhooks ${id}`)),
    ),
  );

const listener: RequestListener = async (request, response) => {
  if (request.url === '/_conformance/visits') response.end(JSON.stringify(visits.splice(0)));
  else if (request.url === '/_conformance/revoke') {
    const { name } = (await json(request)) as { readonly name: string };
    source?.revoke(name);
    response.end();
  } else if (request.url === '/webhooks') webhooks(request, response);
  else app(request, response);
};
createServer(listener).listen(Number(PORT), HOST);
