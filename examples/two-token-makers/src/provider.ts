import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** A stand-in for the provider that the users leave: it signs tokens like Clerk's, and publishes its key on loopback. */
export async function startProvider(origin: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const kid = 'ins_1';
  const keys = [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }];
  const server = createServer((request, response) => {
    if (request.url !== '/.well-known/jwks.json') response.writeHead(404).end();
    else response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    jwks: `${issuer}/.well-known/jwks.json`,
    token: (claims: Record<string, unknown> = {}) =>
      new SignJWT({ sub: 'user_ada', azp: origin, sid: 'sess_1', v: 2, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuer(issuer)
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
