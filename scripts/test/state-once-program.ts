// A program for built-packages.test.ts, as text, because it imports packages that this folder does not depend on. It imports all
// entry points and all files of the built packages, and prints which of their state exists more than once.

/** `names` are entry points, `files` the URLs of built files that no other condition of this process leads to. */
export function stateOnceProgram(names: readonly string[], files: readonly string[]): string {
  return `
import { generateKeyPairSync, sign } from 'node:crypto';

const modules = await Promise.all(${JSON.stringify([...names, ...files])}.map((name) => import(name)));

// Classes that are exported under one name.
const classes = new Map();
for (const [name, value] of modules.flatMap((each) => Object.entries(each))) {
  const isClass = typeof value === 'function' && /^class\\b/.test(Function.prototype.toString.call(value));
  if (isClass) classes.set(name, (classes.get(name) ?? new Set()).add(value));
}
const several = [...classes].filter(([, values]) => values.size > 1).map(([name]) => name);

const issuer = 'https://acme.torii.test';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let fetches = 0;
globalThis.fetch = async () => {
  fetches += 1;
  return Response.json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', use: 'sig', alg: 'ES256' }] });
};
const now = Math.floor(Date.now() / 1000);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = { iss: issuer, sub: 'user_1', pid: 'env_1', iat: now, exp: now + 60 };
const body = encode({ alg: 'ES256', typ: 'JWT', kid: '1' }) + '.' + encode(claims);
const key = { key: privateKey, dsaEncoding: 'ieee-p1363' };
const token = body + '.' + sign('sha256', Buffer.from(body), key).toString('base64url');
const request = () => new Request(issuer, { headers: { authorization: 'Bearer ' + token } });

const core = await import('@torii/core');
const { verifierFrom } = await import('@torii/core/adapter');
const { withDetail } = await import('@torii/core/internal');
const auths = [];
for (const name of ['@torii/core', '@torii/express', '@torii/fastify', '@torii/hono', '@torii/koa']) {
  const { createVerifier } = await import(name);
  auths.push(await createVerifier({ issuer }).authenticate(request()));
}
auths.push(await verifierFrom({ issuer }).authenticate(request()));
auths.push(await core.createTokenVerifier({ issuer }).verify(token));

const events = [];
const { createVerifier } = await import('@torii/koa');
const refuses = () => {
  throw withDetail(new core.ToriiForbiddenError('no'), { problem: 'written by the entry internal' });
};
const verifier = createVerifier({ issuer, checks: [refuses], onEvent: (event) => events.push(event) });
const error = await verifier.authenticate(request()).catch((thrown) => thrown);

console.log(JSON.stringify({
  classes: classes.size,
  several,
  fetches,
  recognized: auths.every((auth) => core.isAuth(auth)),
  refused: error instanceof core.ToriiForbiddenError,
  problem: events.find(({ type }) => type === 'refused')?.detail.problem,
}));
`;
}
