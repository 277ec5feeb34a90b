import { createHmac } from 'node:crypto';
import { encode, toDer, withHeader, withSignature } from '../../../runtimes/src/issuer.ts';
import { makeKey, mint, nowSeconds, type SigningKey, signText } from '../../core/test/mint.ts';
import type { Rules, TokenRefusal } from '../src/commands/token/verdict.ts';
import { type KeyServer, startKeyServer } from './key-server.ts';

/** A test issuer. */
export interface Issuer {
  readonly server: KeyServer;
  good(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

let key: SigningKey;
let stranger: SigningKey;
let server: KeyServer;

export async function startIssuer(): Promise<Issuer> {
  [key, stranger] = [await makeKey('key-1'), await makeKey('key-1')];
  const { publicJwk: elsewhere } = await makeKey('key-off-the-curve');
  server = await startKeyServer([key.publicJwk, { ...elsewhere, x: elsewhere['y'] }]);
  return { server, good };
}

/** A token that must be refused, with the expected reason and check and with words that the advice must contain. */
export type BadToken = readonly [
  name: string,
  token: () => string | Promise<string>,
  reason: TokenRefusal['reason'],
  check: string,
  advice: RegExp,
  rules?: Partial<Rules>,
];

const good = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): Promise<string> =>
  mint(key, { iss: server.issuer, ...claims }, header);
const cut = async (change: (parts: string[]) => string): Promise<string> => change((await good()).split('.'));
const signed = async (change: (signature: Buffer) => Uint8Array): Promise<string> =>
  withSignature(await good(), change);

export const badTokens: readonly BadToken[] = [
  ['nothing', () => '', 'token_missing', 'header', /Authorization: Bearer/],
  ['a word', () => 'session', 'token_malformed', 'form', /dots/],
  ['a secret key', () => 'sk_test_0123', 'token_malformed', 'form', /REST API/],
  ['its beginning', () => cut(([header = '']) => header), 'token_malformed', 'form', /first part/],
  ['two parts', () => cut(([one, two]) => `${one}.${two}`), 'token_malformed', 'form', /signature/],
  ['four parts', () => cut((parts) => `${parts.join('.')}.AAAA`), 'token_malformed', 'form', /\b4\b/],
  ['an encrypted token', () => 'a.b.c.d.e', 'token_malformed', 'form', /JWE/],
  ['no signature', () => cut(([one, two]) => `${one}.${two}.`), 'token_malformed', 'form', /signature.*empty/],
  [
    'a line break',
    () => cut(([one, two, three]) => `${one}.\n${two}.${three}`),
    'token_malformed',
    'form',
    /claims.*\b1\b/,
  ],
  ['padding', async () => `${await good()}==`, 'token_malformed', 'form', /signature.*=.*\b87\b/],
  [
    'base64',
    () => cut(([one, two, three]) => `${one}.+${two}.${three}`),
    'token_malformed',
    'form',
    /claims.*base64url/,
  ],
  ['percents', () => cut(([one, two, three]) => `${one}%3D.${two}.${three}`), 'token_malformed', 'form', /header.*%/],
  [
    'dots of a log',
    () => cut(([one, two, three]) => `${one}.${two}.${three?.slice(0, 9)}…`),
    'token_malformed',
    'form',
    /signature.*…/,
  ],
  [
    'a letter less',
    () => cut(([one, two, three]) => `${one}.${two}.${three?.slice(0, 85)}`),
    'token_malformed',
    'form',
    /signature/,
  ],
  ['stray bits', async () => withStrayBits(await good()), 'token_malformed', 'form', /signature.*bits/],
  [
    'bytes that are no UTF-8',
    () => cut(([one, , three]) => `${one}.${encode(Buffer.of(0x7b, 0xff, 0x7d))}.${three}`),
    'token_malformed',
    'form',
    /claims.*UTF-8/,
  ],
  [
    'a byte order mark',
    () => cut(([one, , three]) => `${one}.${encode('\uFEFF{}')}.${three}`),
    'token_malformed',
    'form',
    /claims.*byte order mark/,
  ],
  [
    'no JSON',
    () => cut(([one, , three]) => `${one}.${encode('{"iss"')}.${three}`),
    'token_malformed',
    'form',
    /claims.*JSON/,
  ],
  [
    'a list',
    () => cut(([one, , three]) => `${one}.${encode('[]')}.${three}`),
    'token_malformed',
    'form',
    /claims.*object/,
  ],
  ['more than 16 kB', () => good({ pad: 'x'.repeat(16_384) }), 'token_malformed', 'form', /\b16384\b/],
  [
    'an unknown crit',
    () => good({}, { crit: ['x'], x: 1 }).catch(() => signWithCrit()),
    'token_malformed',
    'key id',
    /\bcrit\b/,
  ],
  ['no kid', async () => withHeader(await good(), { alg: 'ES256' }), 'token_malformed', 'key id', /\bkid\b/],
  [
    'a kid that is a number',
    async () => withHeader(await good(), { alg: 'ES256', kid: 7 }),
    'token_malformed',
    'key id',
    /\bkid\b/,
  ],
  [
    'none',
    async () => withHeader(await good(), { alg: 'none', kid: 'key-1' }),
    'algorithm_refused',
    'algorithm',
    /signed/,
  ],
  ['no alg', async () => withHeader(await good(), { kid: 'key-1' }), 'algorithm_refused', 'algorithm', /signed/],
  ['HS256', () => hmac(), 'algorithm_refused', 'algorithm', /HS256.*@torii\/core\/jwt/],
  [
    'a stream token',
    async () => withHeader(await good({ allowed_streams: ['*'] }), { alg: 'RS256', kid: 'k' }),
    'algorithm_refused',
    'algorithm',
    /Turbocable/,
  ],
  ['another issuer', () => good({ iss: 'https://evil.test' }), 'issuer_refused', 'issuer', /https:\/\/evil\.test/],
  [
    'https for http',
    () => good({ iss: server.issuer.replace('http', 'https') }),
    'issuer_refused',
    'issuer',
    /http and https/,
  ],
  ['two slashes', () => good({ iss: `${server.issuer}//` }), 'issuer_refused', 'issuer', /slash/],
  ['a path', () => good({ iss: `${server.issuer}/_torii` }), 'issuer_refused', 'issuer', /\bpath\b/],
  ['another port', () => good({ iss: 'http://127.0.0.1:1' }), 'issuer_refused', 'issuer', /\bport\b/],
  [
    'www',
    () => good({ iss: 'https://www.acme.torii.so' }),
    'issuer_refused',
    'issuer',
    /www/,
    { issuer: 'https://acme.torii.so' },
  ],
  [
    'capitals',
    () => good({ iss: 'https://Acme.torii.so' }),
    'issuer_refused',
    'issuer',
    /capital/,
    { issuer: ['https://torii.test', 'https://acme.torii.so'] },
  ],
  ['no iss', () => good({ iss: undefined }), 'claim_missing', 'issuer', /\biss\b/],
  ['a list of issuers', () => good({ iss: [server.issuer] }), 'claim_malformed', 'issuer', /\biss\b/],
  ['no sub', () => good({ sub: undefined }), 'claim_missing', 'claims', /\bsub\b/],
  ['an empty pid', () => good({ pid: '' }), 'claim_malformed', 'claims', /\bpid\b/],
  ['no exp', () => good({ exp: undefined }), 'claim_missing', 'claims', /\bexp\b/],
  ['an exp that is text', () => good({ exp: '2000000000' }), 'claim_malformed', 'claims', /\bexp\b/],
  ['an exp without end', () => withoutEnd(), 'claim_malformed', 'claims', /\bexp\b/],
  ['an nbf that is text', () => good({ nbf: 'soon' }), 'claim_malformed', 'times', /\bnbf\b/],
  ['expired', () => good({ exp: nowSeconds() - 200 }), 'token_expired', 'times', /\b3 minutes\b.*\b30 s\b.*clock/],
  [
    'expired by less, without leeway',
    () => good({ exp: nowSeconds() - 20 }),
    'token_expired',
    'times',
    /\bseconds\b.*\b0 s\b/,
    { clockTolerance: 0 },
  ],
  ['not valid yet', () => good({ nbf: nowSeconds() + 600 }), 'token_not_yet_valid', 'times', /\bnbf\b.*\d+ minutes/],
  [
    'issued in the future',
    () => good({ iat: nowSeconds() + 600 }),
    'token_not_yet_valid',
    'times',
    /\biat\b.*\d+ minutes/,
  ],
  ['another audience', () => good({ aud: 'web' }), 'audience_refused', 'audience', /\bweb\b/, { audience: ['api'] }],
  [
    'an audience, with none accepted',
    () => good({ aud: 'web' }),
    'audience_refused',
    'audience',
    /\bweb\b.*--audience/,
  ],
  [
    'an audience that is an object, with none accepted',
    () => good({ aud: {} }),
    'audience_refused',
    'audience',
    /--audience/,
  ],
  [
    'a refused claim',
    () => good({ scope: 'read' }),
    'audience_refused',
    'other claims',
    /\bscope\b/,
    { refuseClaims: ['scope'] },
  ],
  [
    'no required claim',
    () => good(),
    'claim_missing',
    'other claims',
    /\bplan\b/,
    { requireClaims: ['plan'], refuseClaims: ['scope'] },
  ],
  ['no nbf, which is required', () => good(), 'claim_missing', 'other claims', /\bnbf\b/, { requireClaims: ['nbf'] }],
  [
    'no sub, which is required twice',
    () => good({ sub: undefined }),
    'claim_missing',
    'claims',
    /\bsub\b/,
    { requireClaims: ['sub'] },
  ],
  ['no audience', () => good(), 'claim_missing', 'audience', /--audience/, { audience: ['api'] }],
  [
    'an audience that is a number',
    () => good({ aud: 7 }),
    'claim_malformed',
    'audience',
    /\baud\b/,
    { audience: ['api'] },
  ],
  [
    'another environment',
    () => good(),
    'environment_refused',
    'environment',
    /\benv_1\b/,
    { environmentId: ['env_2'] },
  ],
  [
    'a signature of 63 bytes',
    () => signed((bytes) => bytes.subarray(1)),
    'signature_invalid',
    'signature’s form',
    /\b63\b/,
  ],
  ['a DER signature', () => signed(toDer), 'signature_invalid', 'signature’s form', /DER/],
  ['a signature of zeros', () => signed(() => Buffer.alloc(64)), 'signature_invalid', 'signature’s form', /./],
  ['an unknown kid', () => good({}, { kid: 'key-2' }), 'key_unknown', 'key', /\bkey-2\b.*\bkey-1, key-off-the-curve\b/],
  ['a key off the curve', () => good({}, { kid: 'key-off-the-curve' }), 'key_unknown', 'key', /P-256/],
  ['a kid __proto__', () => good({}, { kid: '__proto__' }), 'key_unknown', 'key', /__proto__/],
  ['a stranger’s signature', () => mint(stranger, { iss: server.issuer }), 'signature_invalid', 'signature', /./],
  [
    'claims that were changed',
    () =>
      cut(
        ([one, , three]) =>
          `${one}.${encode(JSON.stringify({ iss: server.issuer, sub: 'admin', pid: 'e', iat: 1, exp: 9e9 }))}.${three}`,
      ),
    'signature_invalid',
    'signature',
    /./,
  ],
  ['an act that is text', () => good({ act: 'admin' }), 'claim_malformed', 'people', /\bact\b/],
  ['two organizations', () => good({ org_id: 'a', o: { id: 'b' } }), 'claim_malformed', 'people', /\bo\b/],
  [
    'an issuer that does not answer',
    () => good({ iss: 'http://127.0.0.1:9' }),
    'keys_unavailable',
    'key',
    /connection.*127\.0\.0\.1:9\/_torii/,
    { issuer: 'http://127.0.0.1:9' },
  ],
];

function signWithCrit(): Promise<string> {
  return signText(key, JSON.stringify({ alg: 'ES256', kid: 'key-1', crit: ['x'], x: 1 }), '{}');
}

async function hmac(): Promise<string> {
  const [, claims] = (await good()).split('.');
  const text = `${encode(JSON.stringify({ alg: 'HS256', kid: 'key-1' }))}.${claims}`;
  return `${text}.${createHmac('sha256', JSON.stringify(key.publicJwk)).update(text).digest('base64url')}`;
}

function withStrayBits(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.slice(-1)) + 1);
}

async function withoutEnd(): Promise<string> {
  const claims = JSON.stringify({ iss: server.issuer, sub: 'user_1', pid: 'env_1', iat: 1, exp: 1 });
  return signText(key, JSON.stringify({ alg: 'ES256', kid: 'key-1' }), claims.replace('"exp":1', '"exp":1e400'));
}
