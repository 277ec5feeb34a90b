import { createServer } from 'node:http';
import { createVerifier } from '@torii/core';

const verifier = createVerifier({ issuer: process.env.TORII_ISSUER }); // https://acme.torii.so, from your dashboard

createServer(async (req, res) => {
  try {
    const { auth, denial } = await verifier.check(req);
    const { status, headers, body } = denial ?? { status: 200, headers: {}, body: { userId: auth.userId } };
    res.writeHead(status, { ...headers, 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  } catch (error) {
    console.error(error); // not a refusal, but for example an error of a check
    res.writeHead(500).end();
  }
}).listen(3000);
