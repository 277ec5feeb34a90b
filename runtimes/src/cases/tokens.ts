import { createHmac } from 'node:crypto';
import type { Case, Group } from '../case.ts';
import { encode, issuer, makeKey, mint, nowSeconds, toDer, withHeader, withSignature } from '../issuer.ts';

const good = 'user_1 of env_1';

/** One token each, with fixed keys: security statements 1, 2 and 5 to 10. */
export async function listTokenCases(): Promise<Group> {
  const [key, stranger] = [await makeKey('key-1'), await makeKey('key-1')];
  const keys = { keys: [key.publicJwk] };
  const [token, now] = [await mint(key), nowSeconds()];
  const [header, payload] = token.split('.');
  const hmac = createHmac('sha256', JSON.stringify(key.publicJwk));
  const hs256 = encode(JSON.stringify({ alg: 'HS256', kid: 'key-1' }));

  const cases: [name: string, token: string, expected: string, options?: object][] = [
    ['a good token', token, good],
    ['a trailing slash in the issuer', await mint(key, { iss: `${issuer}/` }), good],
    ['non-ASCII claims', await mint(key, { sub: 'ぼく🗝' }), 'ぼく🗝 of env_1'],
    ['a claim __proto__', await mint(key, JSON.parse('{"__proto__":{"sub":"admin"}}')), good],
    ['expired within the leeway', await mint(key, { exp: now - 10 }), good],
    ['jwk and jku in the header', await mint(key, {}, { jwk: stranger.publicJwk, jku: 'https://evil.test' }), good],
    ['the configured audience', await mint(key, { aud: ['web', 'api'] }), good, { audience: 'api' }],
    ['expired', await mint(key, { exp: now - 60 }), 'token_expired'],
    ['not valid yet', await mint(key, { nbf: now + 600 }), 'token_not_yet_valid'],
    ['issued in the future', await mint(key, { iat: now + 600 }), 'token_not_yet_valid'],
    ['another issuer', await mint(key, { iss: 'https://evil.test' }), 'issuer_refused'],
    ['another audience', await mint(key, { aud: 'web' }), 'audience_refused', { audience: 'api' }],
    ['no audience', token, 'claim_missing', { audience: 'api' }],
    ['an audience although none is configured', await mint(key, { aud: 'web' }), 'audience_refused'],
    ['an audience of null', await mint(key, { aud: null }), 'audience_refused'],
    ['a refused claim', await mint(key, { scope: null }), 'audience_refused', { refuseClaims: ['scope'] }],
    ['no required claim', token, 'claim_missing', { requireClaims: ['plan'] }],
    ['another environment', token, 'environment_refused', { environmentId: 'env_2' }],
    ['no exp', await mint(key, { exp: undefined }), 'claim_missing'],
    ['an exp that is text', await mint(key, { exp: '2000000000' }), 'claim_malformed'],
    ['no sub', await mint(key, { sub: undefined }), 'claim_missing'],
    ['an empty pid', await mint(key, { pid: '' }), 'claim_malformed'],
    ['an act that is text', await mint(key, { act: 'admin' }), 'claim_malformed'],
    ['a signature by another key', await mint(stranger), 'signature_invalid'],
    ['an unknown kid', await mint(key, {}, { kid: 'key-2' }), 'key_unknown'],
    ['a kid __proto__', await mint(key, {}, { kid: '__proto__' }), 'key_unknown'],
    ['alg none', `${encode('{"alg":"none"}')}.${payload}.`, 'token_malformed'],
    ['alg none with a valid signature', withHeader(token, { alg: 'none', kid: 'key-1' }), 'algorithm_refused'],
    [
      'HS256 with the public key',
      `${hs256}.${payload}.${hmac.update(`${hs256}.${payload}`).digest('base64url')}`,
      'algorithm_refused',
    ],
    ['ES384 with a valid signature', withHeader(token, { alg: 'ES384', kid: 'key-1' }), 'algorithm_refused'],
    ['an unknown crit', withHeader(token, { alg: 'ES256', kid: 'key-1', crit: ['x'], x: 1 }), 'token_malformed'],
    ['b64: false', withHeader(token, { alg: 'ES256', kid: 'key-1', b64: false }), 'token_malformed'],
    ['a DER signature', withSignature(token, toDer), 'signature_invalid'],
    ['a signature of zeros', withSignature(token, () => new Uint8Array(64)), 'signature_invalid'],
    ['a signature of ones', withSignature(token, () => new Uint8Array(64).fill(255)), 'signature_invalid'],
    ['a signature with r = 0', withSignature(token, (bytes) => bytes.fill(0, 0, 32)), 'signature_invalid'],
    ['a signature of 63 bytes', withSignature(token, (bytes) => bytes.subarray(1)), 'signature_invalid'],
    [
      'a signature of 65 bytes',
      withSignature(token, (bytes) => Buffer.concat([bytes, Buffer.of(0)])),
      'signature_invalid',
    ],
    ['a flipped bit', withSignature(token, (bytes) => bytes.fill((bytes[40] ?? 0) ^ 1, 40, 41)), 'signature_invalid'],
    ['base64 padding', `${token}==`, 'token_malformed'],
    ['unused bits set in the last base64url character', withUnusedBits(token), 'token_malformed'],
    ['two parts', `${header}.${payload}`, 'token_malformed'],
    ['four parts', `${token}.AAAA`, 'token_malformed'],
    ['bytes that are not UTF-8', `${header}.${encode(Buffer.of(0x7b, 0xff, 0x7d))}.AAAA`, 'token_malformed'],
    ['a byte order mark', `${header}.${encode('\uFEFF{}')}.AAAA`, 'token_malformed'],
    ['claims that are a list', `${header}.${encode('[]')}.AAAA`, 'token_malformed'],
    ['an infinite exp', `${header}.${withInfiniteExp(payload)}.AAAA`, 'claim_malformed'],
    ['more than 16 kB', await mint(key, { pad: 'x'.repeat(16_384) }), 'token_malformed'],
    ['16 kB of brackets', `${header}.${encode('['.repeat(12_000))}.AAAA`, 'token_malformed'],
    ['no token', '', 'token_missing'],
  ];
  return { name: 'tokens', cases: cases.map(([name, ...rest]) => toCase(name, keys, ...rest)) };
}

function toCase(name: string, keys: object, token: string, expected: string, options: object = {}): Case {
  return { name, expected, question: { ask: 'verifier', options: { issuer, keys, ...options }, steps: [{ token }] } };
}

/** Sets an unused bit of the last base64url character: the signature's 64 bytes leave four bits unused. */
function withUnusedBits(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.slice(-1)) + 1);
}

function withInfiniteExp(payload = ''): string {
  return encode(
    Buffer.from(payload, 'base64url')
      .toString()
      .replace(/"exp":\d+/, '"exp":1e400'),
  );
}
