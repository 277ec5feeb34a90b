// Creates tokens from recipes. The key is fixed, so that a failing token can be reproduced later. It is the public example
// key of RFC 6979 A.2.5.
import { base64url, issuer, makeKey, type SigningKey, signBytes } from '../mint.ts';
import { type Change, nowSeconds } from './members.ts';
import type { Recipe } from './recipes.ts';
import { changeSignature } from './signatures.ts';

const publicJwk = {
  kty: 'EC',
  crv: 'P-256',
  kid: 'key-1',
  alg: 'ES256',
  x: 'YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y',
  y: 'eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk',
};
export const keys = { keys: [publicJwk] };

const ours: SigningKey = {
  kid: publicJwk.kid,
  publicJwk,
  privateKey: await crypto.subtle.importKey(
    'jwk',
    { ...publicJwk, d: 'ya-p2EW6dRZrXCFXZ7HWk05Qw9s26JsSe4piKxIPZyE' },
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  ),
};
const stranger = await makeKey('key-1');

/** The members of a JSON object, in order. Values are JSON text, which can hold numbers that JavaScript cannot represent. */
type Members = readonly (readonly [name: string, json: string])[];

const header: Members = [
  ['alg', '"ES256"'],
  ['typ', '"JWT"'],
  ['kid', '"key-1"'],
];
const claims: Members = [
  ['iss', JSON.stringify(issuer)],
  ['sub', '"user_1"'],
  ['pid', '"env_1"'],
  ['aud', '"api"'],
  ['iat', String(nowSeconds - 60)],
  ['exp', String(nowSeconds + 240)],
];

/** Tokens to change: valid tokens of every length modulo 3, an expired token, and a token signed by another key. */
const pool: readonly string[] = await Promise.all([
  sign(write(header), write(claims)),
  sign(write(header.slice(0, 1).concat(header.slice(2))), write([...claims, ['name', '"Ada"']])),
  sign(write(header), write([...claims, ['org_id', '"org_1"'], ['email_verified', 'true']])),
  sign(write(header), write([...claims, ['x', '"ÿþé😀"'], ['y', '[[{}],1.5,null]']])),
  sign(write(header), write(claims.map(([name, json]) => [name, name === 'exp' ? '1000000000' : json]))),
  sign(write(header), write(claims), stranger),
]);

export async function forge(recipe: Recipe): Promise<string> {
  switch (recipe.kind) {
    case 'edit': {
      let token = of(recipe.of);
      for (const { at, remove, insert } of recipe.edits) {
        const place = at % (token.length + 1);
        token = token.slice(0, place) + insert + token.slice(place + remove);
      }
      return token;
    }
    case 'parts':
      return recipe.parts.map(({ of: index, part }) => of(index).split('.')[part] ?? '').join(recipe.joint);
    case 'ending':
      return of(recipe.of)
        .split('.')
        .map((part, index) => (index === recipe.part ? part.slice(0, part.length - recipe.cut) + recipe.end : part))
        .join('.');
    case 'spelling':
      return signSpelled(recipe);
    case 'members':
      return sign(
        write(change(header, recipe.header)),
        write(change(claims, recipe.claims)),
        recipe.isStranger ? stranger : ours,
      );
    case 'wrapped':
      return recipe.part === 'header'
        ? sign(recipe.before + write(header) + recipe.after, write(claims))
        : sign(write(header), recipe.before + write(claims) + recipe.after);
    case 'byte':
      return sign(write(header), spoil(write([...claims, ['pad', '"~~"']]), recipe.byte));
    case 'signature':
      return withSignature(of(recipe.of), (signature) => changeSignature(signature, recipe.change));
  }
}

function of(index: number): string {
  return pool[index % pool.length] ?? '';
}

function write(members: Members): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}

function change(members: Members, changes: readonly Change[]): Members {
  let result = members;
  for (const { name, json, how } of changes) {
    const member = [name, json] as const;
    if (how === 'set' || how === 'leave out') result = result.filter(([other]) => other !== name);
    if (how === 'first') result = [member, ...result];
    else if (how !== 'leave out') result = [...result, member];
  }
  return result;
}

function spoil(text: string, byte: number): Uint8Array {
  const at = text.indexOf('~~') + 1;
  return new TextEncoder().encode(text).map((each, index) => (index === at ? byte : each));
}

function sign(head: string, body: string | Uint8Array, key: SigningKey = ours): Promise<string> {
  return signParts(base64url(head), base64url(body), key);
}

async function signParts(head: string, body: string, key: SigningKey = ours): Promise<string> {
  const signed = `${head}.${body}`;
  return `${signed}.${base64url(await signBytes(key, new TextEncoder().encode(signed)))}`;
}

async function signSpelled({ part, how, value }: Extract<Recipe, { kind: 'spelling' }>): Promise<string> {
  const [head, body] = [
    base64url(write(header)),
    base64url(write([...claims, ['pad', `"${'\u00ff?'.repeat(value % 3)}"`]])),
  ];
  const respell = (text: string, index: number): string => (index === part ? spell(text, how, value) : text);
  const token = await signParts(respell(head, 0), respell(body, 1));
  const at = token.lastIndexOf('.') + 1;
  return token.slice(0, at) + respell(token.slice(at), 2);
}

function spell(text: string, how: Extract<Recipe, { kind: 'spelling' }>['how'], value: number): string {
  switch (how) {
    case 'stray bits':
      return text.slice(0, -1) + alphabet.charAt((alphabet.indexOf(text.slice(-1)) + value) % 64);
    case 'padding':
      return text + '='.repeat(1 + (value % 3));
    case 'alphabet':
      return text.replaceAll('-', '+').replaceAll('_', '/');
    case 'space':
      return `${text.slice(0, value)}${' \t\n\r\f'.charAt(value % 5)}${text.slice(value)}`;
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function withSignature(token: string, change: (signature: Uint8Array) => Uint8Array): string {
  const at = token.lastIndexOf('.') + 1;
  const binary = atob(token.slice(at).replaceAll('-', '+').replaceAll('_', '/'));
  return token.slice(0, at) + base64url(change(Uint8Array.from(binary, (c) => c.charCodeAt(0))));
}
