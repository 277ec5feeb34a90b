// An app in a container: it creates a user, signs in as this user, and verifies the token, all at the URLs of its
// environment.
import { createToriiClient } from '@torii/api';
import { createVerifier } from '@torii/core';

const { TORII_ISSUER, TORII_API_URL, TORII_SECRET_KEY } = process.env;
const login = { email: 'ada@example.com', password: 'correct horse' };
const client = createToriiClient({ secretKey: TORII_SECRET_KEY, apiUrl: TORII_API_URL });
const { id } = await client.users.create({ ...login });
const response = await fetch(`${TORII_ISSUER}/_torii/auth/login`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(login),
});
const { accessToken } = (await response.json()) as { readonly accessToken: string };
const { userId, issuer } = await createVerifier({ issuer: TORII_ISSUER }).verify(accessToken);
console.log(JSON.stringify({ isSameUser: userId === id, issuer }));
