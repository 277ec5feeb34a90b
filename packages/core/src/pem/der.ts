/** One element of DER (X.690 8.1): a tag and the bytes of its content. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
}

export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
} as const;

/** What a DER text is: a key in one of its five forms, or something that is often mistaken for a key. */
export type DerKind = 'spki' | 'pkcs1_public' | 'pkcs8' | 'pkcs1_private' | 'sec1' | 'encrypted' | 'certificate';

/** Splits bytes into DER elements. Returns `undefined` unless the elements fill the bytes exactly. */
export function readElements(bytes: Uint8Array): readonly DerElement[] | undefined {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at];
    const first = bytes[at + 1];
    if (tag === undefined || first === undefined) return undefined;
    at += 2;
    let length = first;
    if (first >= 0x80) {
      const count = first - 0x80;
      if (count < 1 || count > 3) return undefined;
      length = 0;
      for (const byte of bytes.subarray(at, at + count)) length = length * 256 + byte;
      at += count;
    }
    if (at + length > bytes.length) return undefined;
    elements.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return elements;
}

/** The members of the SEQUENCE that the bytes consist of, or `undefined`. */
export function readSequence(bytes: Uint8Array): readonly DerElement[] | undefined {
  const [outer, second] = readElements(bytes) ?? [];
  return outer?.tag === derTag.sequence && second === undefined ? readElements(outer.content) : undefined;
}

// The tags of the first members: SubjectPublicKeyInfo (RFC 5280 4.1), RSAPublicKey and RSAPrivateKey (RFC 8017 A.1),
// PrivateKeyInfo (RFC 5208 5), ECPrivateKey (RFC 5915 3), EncryptedPrivateKeyInfo (RFC 5208 6), Certificate (RFC 5280 4.1).
const shapes = shapesOf(derTag);

function shapesOf({
  integer,
  bitString,
  octetString,
  sequence,
}: typeof derTag): readonly (readonly [kind: DerKind, tags: readonly number[], isOpen?: true])[] {
  return [
    ['spki', [sequence, bitString]],
    ['pkcs1_public', [integer, integer]],
    ['pkcs8', [integer, sequence, octetString], true],
    ['pkcs1_private', Array.from({ length: 9 }, () => integer), true],
    ['sec1', [integer, octetString], true],
    ['encrypted', [sequence, octetString]],
    ['certificate', [sequence, sequence, bitString]],
  ];
}

export function kindOfDer(bytes: Uint8Array): DerKind | undefined {
  const tags = readSequence(bytes)?.map(({ tag }) => tag) ?? [];
  const shape = shapes.find(([, wanted, isOpen]) => {
    return (isOpen || tags.length === wanted.length) && wanted.every((tag, index) => tags[index] === tag);
  });
  return shape?.[0];
}

/** Whether damaged bytes begin as a private key does: with a version, 0 or 1 (RFC 5208 5, RFC 8017 A.1.2, RFC 5915 3). */
export function startsAsPrivateKey(bytes: Uint8Array): boolean {
  if (bytes[0] !== derTag.sequence) return false;
  const first = bytes[1] ?? 0;
  const at = first < 0x80 ? 2 : 2 + (first - 0x80);
  return bytes[at] === derTag.integer && bytes[at + 1] === 1 && (bytes[at + 2] ?? 2) < 2;
}

export function derOf(tag: number, ...contents: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  const size: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) size.unshift(rest % 256);
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 + size.length, ...size];
  const der = new Uint8Array(head.length + length);
  der.set(head);
  let at = head.length;
  for (const content of contents) {
    der.set(content, at);
    at += content.length;
  }
  return der;
}
