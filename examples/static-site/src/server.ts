import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

const { TORII_ISSUER: issuer, API_URL: api, PORT } = process.env;
if (issuer === undefined || api === undefined) {
  console.error(
    'TORII_ISSUER or API_URL is not set. Set them to the URLs of the issuer and the API, or run `npm start` at the root of the repository.',
  );
  process.exit(1);
}

// The page can connect only to its own origin, the issuer and the API, so a token cannot be sent anywhere else.
const policy = [
  "default-src 'none'",
  "style-src 'self'",
  'img-src data:',
  `script-src 'self' ${new URL(issuer).origin}`,
  `connect-src 'self' ${new URL(issuer).origin} ${new URL(api).origin}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const files = sirv(fileURLToPath(new URL('../public', import.meta.url)), { dev: true });

const server = createServer((req, res) => {
  res.setHeader('content-security-policy', policy);
  res.setHeader('x-content-type-options', 'nosniff');
  if (req.url === '/config.json') {
    res.setHeader('content-type', 'application/json').end(JSON.stringify({ issuer, api }));
  } else {
    files(req, res);
  }
});

// Use 127.0.0.1, not localhost: the session cookie belongs to 127.0.0.1, and browsers treat the two as different sites.
server.listen(Number(PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`The page is at http://127.0.0.1:${address?.port}`);
});
