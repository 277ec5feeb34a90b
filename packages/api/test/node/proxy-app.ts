// A program that uses both packages. Run by proxy.test.ts with other environment variables.
import { createVerifier } from '@torii/core';
import { createToriiClient, type ToriiConnectionError } from '../../src/index.ts';

const [issuer = '', apiUrl = '', token = ''] = process.argv.slice(2);

const verifier = createVerifier({ issuer });
const client = createToriiClient({ secretKey: 'sk_test_51c2a0f7d9', apiUrl });

const describe = ({ name, message, attempts, mayHaveArrived }: ToriiConnectionError): object => ({
  name,
  message,
  attempts,
  mayHaveArrived,
});

console.log(
  JSON.stringify({
    verified: await verifier.verify(token).then(({ userId }) => userId, describe),
    created: await client.users.create({ name: 'Ada' }).then(({ id }) => id, describe),
  }),
);
process.exit();
