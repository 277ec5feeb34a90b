// For runtimes without `node:crypto`. Not `crypto.subtle`, because its results are promises: on Cloudflare Workers, a promise
// that one request has begun may never settle for another, and entries must be applied in the order in which they came.
// See docs/decisions/revocation.md.

const encoder = new TextEncoder();
const blockBytes = 64;

export function sha256Hex(text: string): string {
  return Array.from(sha256(encoder.encode(text)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** HMAC-SHA-256 (RFC 2104) as base64url without padding. */
export function createMac(secret: string): (text: string) => string {
  const bytes = encoder.encode(secret);
  const key = new Uint8Array(blockBytes);
  key.set(bytes.length > blockBytes ? sha256(bytes) : bytes);
  const inner = key.map((byte) => byte ^ 0x36);
  const outer = key.map((byte) => byte ^ 0x5c);
  return (text) => base64url(sha256(joined(outer, sha256(joined(inner, encoder.encode(text))))));
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** SHA-256 (FIPS 180-4). */
function sha256(message: Uint8Array): Uint8Array {
  const state = Uint32Array.from(initialState);
  const padded = pad(message);
  const schedule = new Uint32Array(64);
  for (let start = 0; start < padded.byteLength; start += blockBytes) compress(state, schedule, padded, start);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => {
    digest.setUint32(index * 4, word);
  });
  return new Uint8Array(digest.buffer);
}

// FIPS 180-4, 5.1.1: a one bit, zero bits, and the length of the message in bits.
function pad(message: Uint8Array): DataView {
  const blocks = Math.ceil((message.length + 9) / blockBytes);
  const padded = new Uint8Array(blocks * blockBytes);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(padded.length - 4, (message.length * 8) >>> 0);
  return view;
}

// FIPS 180-4, 6.2.2. The names are those of the standard.
function compress(state: Uint32Array, w: Uint32Array, block: DataView, start: number): void {
  for (let t = 0; t < 16; t++) w[t] = block.getUint32(start + t * 4);
  for (let t = 16; t < 64; t++) {
    const [early, late] = [at(w, t - 15), at(w, t - 2)];
    const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    w[t] = at(w, t - 16) + s0 + at(w, t - 7) + s1;
  }
  let [a, b, c, d] = [at(state, 0), at(state, 1), at(state, 2), at(state, 3)];
  let [e, f, g, h] = [at(state, 4), at(state, 5), at(state, 6), at(state, 7)];
  for (let t = 0; t < 64; t++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + at(constants, t) + at(w, t)) | 0;
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  const words = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) state[i] = at(state, i) + (words[i] ?? 0);
}

function at(words: Uint32Array, index: number): number {
  return words[index] as number;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

// FIPS 180-4, 4.2.2 and 5.3.3: the first 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the
// square roots of the first 8.
const primes = firstPrimes(64);
const constants: Uint32Array = Uint32Array.from(primes, (prime) => fractionBits(Math.cbrt(prime)));
const initialState: Uint32Array = Uint32Array.from(primes.slice(0, 8), (prime) => fractionBits(Math.sqrt(prime)));

function fractionBits(root: number): number {
  return Math.floor((root % 1) * 2 ** 32);
}

function firstPrimes(count: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}
