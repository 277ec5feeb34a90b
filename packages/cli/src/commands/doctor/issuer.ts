import { webcrypto } from 'node:crypto';
import { createVerifier, type JSONWebKeySet } from '@torii/core';
import { isLoopback, loggable } from '@torii/core/internal';
import type { Context } from '../../context.ts';
import { describeFailure } from '../../failure-text.ts';
import { shownUrl } from '../../shown-settings.ts';
import { doctorChecks } from '../../troubleshooting/doctor-checks.ts';
import { ask, describeForeignReply, hostOf, isTrouble, type Limits, type Reply } from './exchange.ts';
import { type Finding, failed, passed, type Report, skipped, warning } from './finding.ts';

const keysPath = '/_torii/.well-known/jwks.json';
const discoveryPath = '/.well-known/openid-configuration';
/** The age at which a verifier of @torii/core stops using a key set without renewing it. */
const maxAgeSeconds = 300;

/** Checks an issuer: its URL, whether it answers, its name for itself, its keys, and how long caches may keep them. */
export async function checkIssuer({ env }: Context, issuer: string, limits: Limits): Promise<Report> {
  const check = 'issuer';
  try {
    createVerifier({ issuer });
  } catch (error) {
    return only(failed(check, shownUrl(issuer), describeFailure(error, env).text));
  }
  const base = issuer.replace(/\/$/, '');
  const url = base + keysPath;
  const reply = await ask(url, limits);
  if (isTrouble(reply)) return only(failed(check, `${shownUrl(issuer)}: ${reply.found}`, reply.advice));
  const clock =
    reply.clockAheadSeconds === undefined ? undefined : { host: hostOf(url), aheadSeconds: reply.clockAheadSeconds };
  const foreign = describeForeignReply(url, reply) ?? describeStatus(url, reply);
  if (foreign !== undefined) {
    return { findings: [failed(check, `${shownUrl(issuer)}: ${foreign.found}`, foreign.advice)], clock };
  }
  const { protocol, hostname } = new URL(issuer);
  const how = protocol === 'https:' ? 'certificate trusted' : isLoopback(hostname) ? 'http on this machine' : 'http';
  return {
    findings: [
      passed(check, `${shownUrl(issuer)}: ${how}`),
      await checkName(issuer, base, limits),
      ...(await checkKeys(issuer, reply.text)),
      checkCaching(reply),
    ],
    clock,
  };
}

function only(finding: Finding): Report {
  return { findings: [finding] };
}

function describeStatus(
  url: string,
  { status }: Reply,
): { readonly found: string; readonly advice: string } | undefined {
  if (status === 200) return undefined;
  const host = hostOf(url);
  if (status === 401 || status === 403) {
    return {
      found: `access denied (${status})`,
      advice: `The keys at ${host} must be public. ${doctorChecks.issuer.causes.login.cause}`,
    };
  }
  return {
    found: `no keys (${status})`,
    advice: `There is no key set at ${host}. ${doctorChecks.issuer.causes.url.remedy}`,
  };
}

/** Compares the issuer with the name in its metadata, which its tokens carry (OpenID Connect Discovery 1.0, section 4.3). */
async function checkName(issuer: string, base: string, limits: Limits): Promise<Finding> {
  const check = 'issuer name';
  const reply = await ask(base + discoveryPath, limits);
  const unknown = skipped(check, 'the issuer has no metadata');
  if (isTrouble(reply) || reply.status !== 200) return unknown;
  const name = fieldOf(parse(reply.text), 'issuer');
  if (typeof name !== 'string') return unknown;
  if (name.replace(/\/$/, '') === base) return passed(check, 'the same in its metadata');
  return failed(
    check,
    `${shownUrl(name)} in its metadata`,
    `Tokens carry ${shownUrl(name)} as their issuer, so a verifier with ${shownUrl(issuer)} refuses all of them. Set TORII_ISSUER to ${shownUrl(name)}.`,
  );
}

/** Checks the keys with the verifier of @torii/core, so that both agree on which keys can be used. */
async function checkKeys(issuer: string, text: string): Promise<readonly Finding[]> {
  const check = 'keys';
  const { private: leaked } = doctorChecks.keys.causes;
  const set = parse(text);
  const list = fieldOf(set, 'keys');
  if (!Array.isArray(list)) {
    const found = set === undefined ? 'not JSON' : 'not a key set';
    return [failed(check, found, `The issuer did not answer with a key set. ${doctorChecks.keys.causes.other.remedy}`)];
  }
  const { kids, problem, ignored } = await readWithVerifier(issuer, text);
  const kinds = describeKinds(list);
  if (problem?.includes('private key')) {
    return [failed(check, 'a private key is public', `${leaked.cause} ${leaked.remedy}`)];
  }
  const usable = await countUsable(list, kids);
  if (problem !== undefined || usable === 0) {
    const reason = problem ?? (list.length === 0 ? 'it is empty' : 'it has no ES256 key with an id (kid)');
    return [failed(check, kinds, `The key set cannot be used: ${reason}. ${doctorChecks.keys.causes.unusable.remedy}`)];
  }
  const found = `${usable} of ${kinds} can verify tokens`;
  const faults = [...ignored];
  if (usable < kids.length) faults.push('a key is not a point on the curve P-256');
  if (faults.length === 0) return [passed(check, found)];
  return [
    warning(
      check,
      found,
      `The key set has keys that verifiers ignore: ${[...new Set(faults)].slice(0, 3).join('; ')}.`,
    ),
  ];
}

interface Reading {
  readonly kids: readonly string[];
  readonly problem: string | undefined;
  readonly ignored: readonly string[];
}

async function readWithVerifier(issuer: string, text: string): Promise<Reading> {
  const reading: { kids: readonly string[]; problem: string | undefined; ignored: string[] } = {
    kids: [],
    problem: undefined,
    ignored: [],
  };
  const verifier = createVerifier({
    issuer,
    fetch: async () => new Response(text),
    onEvent(event) {
      if (event.type === 'keys_fetched') reading.kids = event.kids;
      if (event.type === 'keys_failed') reading.problem = event.problem;
      if (event.type === 'key_ignored')
        reading.ignored.push(`${event.kid === undefined ? 'a key' : `the key ${event.kid}`}: ${event.problem}`);
    },
  });
  // A token that only makes the verifier read the keys. It is refused.
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: issuer, sub: 'nobody', pid: 'nowhere', iat: now, exp: now + 60 };
  const header = { alg: 'ES256', kid: 'torii-doctor' };
  const signature = Buffer.alloc(64, 1).toString('base64url');
  await verifier.verify(`${encode(header)}.${encode(claims)}.${signature}`).catch(() => {});
  return reading;
}

async function countUsable(list: readonly unknown[], kids: readonly string[]): Promise<number> {
  const imported = await Promise.all(
    kids.map(async (kid) => {
      const jwk = list.find((each) => loggable(fieldOf(each, 'kid')) === loggable(kid));
      const { kty, crv, x, y } = jwk as JSONWebKeySet['keys'][number] & { crv?: string; x?: string; y?: string };
      const key = { kty: String(kty), crv: String(crv), x: String(x), y: String(y) };
      const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
      return webcrypto.subtle.importKey('jwk', key, algorithm, false, ['verify']).then(
        () => true,
        () => false,
      );
    }),
  );
  return imported.filter(Boolean).length;
}

/** Counts keys by kind: `2 keys (1 EC P-256, 1 RSA)`. */
function describeKinds(list: readonly unknown[]): string {
  const counts = new Map<string, number>();
  for (const key of list) {
    const [kty, crv] = [fieldOf(key, 'kty'), fieldOf(key, 'crv')];
    const kind = typeof kty === 'string' ? loggable(typeof crv === 'string' ? `${kty} ${crv}` : kty) : 'unknown';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const total = `${list.length} ${list.length === 1 ? 'key' : 'keys'}`;
  const kinds = [...counts].slice(0, 5).map(([kind, count]) => `${count} ${kind}`);
  return kinds.length === 0 ? total : `${total} (${kinds.join(', ')})`;
}

function checkCaching({ headers }: Reply): Finding {
  const check = 'key cache';
  const { cdn } = doctorChecks[check].causes;
  const control = headers.get('cache-control') ?? '';
  const ages = [...control.matchAll(/\b(?:s-maxage|max-age)\s*=\s*"?(\d{1,12})/gi)].map(([, seconds]) =>
    Number(seconds),
  );
  const longest = Math.max(0, ...ages, /\bimmutable\b/i.test(control) ? 31_536_000 : 0);
  const age = /^\d{1,9}$/.test(headers.get('age') ?? '') ? Number(headers.get('age')) : 0;
  if (longest > maxAgeSeconds || age > maxAgeSeconds) {
    const found = age > maxAgeSeconds ? `the response is ${age} s old` : `caches may keep the keys for ${longest} s`;
    return warning(check, found, `${cdn.cause} ${cdn.remedy}`);
  }
  return passed(check, ages.length === 0 ? 'no lifetime' : `at most ${longest} s`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
