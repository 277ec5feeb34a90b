import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** A stand-in for the issuer that an app leaves: it signs RS256 tokens, and publishes its key on loopback. */
export async function startOldIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = 'old-1';
  const keys = [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }];
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    if (request.url === '/.well-known/jwks.json') response.end(JSON.stringify({ keys }));
    else if (request.url === '/.well-known/openid-configuration') response.end(JSON.stringify(metadata()));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const jwks = `${issuer}.well-known/jwks.json`;
  const metadata = () => ({ issuer, jwks_uri: jwks, id_token_signing_alg_values_supported: ['RS256'] });
  return {
    issuer,
    jwks,
    publicKey: await exportSPKI(publicKey),
    token: (claims: JWTPayload = {}) =>
      new SignJWT({ iss: issuer, sub: 'old|ada', exp: Math.floor(Date.now() / 1000) + 60, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuedAt()
        .sign(privateKey),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
