// On Node, `encoding.node.ts` takes the place of this file.

interface Base64Options {
  readonly alphabet: 'base64url';
}

// ECMAScript 2026, which Deno, Bun and workerd have.
const bytesClass: Uint8ArrayConstructor & {
  fromBase64?(text: string, options: Base64Options): Uint8Array<ArrayBuffer>;
} = Uint8Array;

/** Decodes base64url whose characters and length the caller has checked. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> {
  if (bytesClass.fromBase64) return bytesClass.fromBase64(text, { alphabet: 'base64url' });
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  // `Uint8Array.from` with a callback takes ten times as long.
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

const encoder = new TextEncoder();

export function encodeAscii(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}
