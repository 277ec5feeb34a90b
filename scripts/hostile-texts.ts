// Values that a caller may choose, and a search for those that reached an event, a log line or an error unchanged.

const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmU';

/** By name. Each is a user id, a path or a claim that must not be logged as it is. */
export const hostileTexts: Readonly<Record<string, string>> = {
  'a line break': 'ada\r\nINFO forged',
  'a line separator': 'ada\u2028INFO forged',
  'a next-line character': 'ada\u0085INFO forged',
  'an escape sequence': '\u001B[2Jada',
  'a one-byte escape sequence': '\u009B2Jada',
  'a right-to-left override': 'ada\u202Etxt',
  'a zero-width character': 'a\u200Bda',
  NUL: 'ada\0',
  'half of a surrogate pair': 'ada\uD83D',
  'a token': token,
  'a token in a sentence': `the token ${token} of ada`,
  'a token far behind': `${'x'.repeat(500)}${token}`,
  'an encrypted token':
    'eyJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiZGlyIn0..MTIzNDU2Nzg5MDEy.Y2lwaGVydGV4dA.MTIzNDU2Nzg5MDEyMzQ1Ng',
  'an opaque token with its scheme': 'Bearer 9f86d081884c7d659a2feaa0c55ad015',
  'an opaque token with its scheme, in a path': '/log/BEARER%209f86d081884c7d659a2feaa0c55ad015',
  'a secret key': 'sk_live_9f86d081884c7d65',
  'a webhook secret': 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'a private key': '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG',
  'six hundred characters': 'ada'.repeat(200),
};

/** Removes halves of surrogate pairs, which `encodeURIComponent` refuses. */
export function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, '');
}

const secret = /eyJ|9f86d081|MfKQ9r8G|MIGHAg|c2lnbmF0/;

/** The texts inside a value that are too long for a log, can forge a log line, or contain a secret of `hostileTexts`. */
export function unsafeTexts(value: unknown, seen: Set<unknown> = new Set()): readonly string[] {
  if (typeof value === 'string') {
    const isSafe = value.length <= 500 && /^[\x20-\x7E\u2026]*$/.test(value) && !secret.test(value);
    return isSafe ? [] : [value.slice(0, 100)];
  }
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  // Own property names, because `message` and `cause` of an error are not enumerable. Not `stack`, which has line breaks.
  return Object.getOwnPropertyNames(value)
    .filter((name) => name !== 'stack')
    .flatMap((name) => [...unsafeTexts(name, seen), ...unsafeTexts(Reflect.get(value, name), seen)]);
}
