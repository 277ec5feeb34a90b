// A program that uses both packages. Run by proxy.test.ts with other environment variables.
import { createVerifier } from '@torii/core';
import { EnvHttpProxyAgent, fetch as undiciFetch } from 'undici';
import { createToriiClient, type Fetch, type ToriiConnectionError } from '../../src/index.ts';

const [issuer = '', apiUrl = '', token = '', sender = ''] = process.argv.slice(2);

// As docs/proxies.md says for older versions of Node.
const dispatcher = new EnvHttpProxyAgent();
const send = (url: string, init: object) => undiciFetch(url, { ...init, dispatcher });
const options = sender === 'undici' ? { fetch: send as unknown as Fetch } : {};

const verifier = createVerifier({ issuer, ...options });
const client = createToriiClient({ secretKey: 'sk_test_51c2a0f7d9', apiUrl, ...options });

const describe = ({ name, message, attempts, mayHaveArrived }: ToriiConnectionError): object => ({
  name,
  message,
  attempts,
  mayHaveArrived,
});

console.log(
  JSON.stringify({
    verified: await verifier.verify(token).then(({ userId }) => userId, describe),
    created: await client.users.create({ firstName: 'Ada' }).then(({ id }) => id, describe),
  }),
);
process.exit();
