// Changes of a valid ECDSA signature.

export interface SignatureChange {
  readonly how: 'flip' | 'byte' | 'der' | 'twin' | 'swap' | 'r' | 's' | 'both' | 'cut' | 'pad';
  readonly at: number;
  readonly value: number;
}

export function changeSignature(signature: Uint8Array, { how, at, value }: SignatureChange): Uint8Array {
  const [r, s] = [signature.slice(0, 32), signature.slice(32)];
  switch (how) {
    case 'flip':
      return signature.map((byte, index) => (index === at >> 3 ? byte ^ (1 << (at & 7)) : byte));
    case 'byte':
      return signature.map((byte, index) => (index === at >> 3 ? value : byte));
    case 'der':
      return toDer(r, s);
    case 'twin':
      return Uint8Array.of(...r, ...toBytes(order - toNumber(s)));
    case 'swap':
      return Uint8Array.of(...s, ...r);
    case 'r':
      return Uint8Array.of(...toBytes(edges[value % edges.length] ?? 0n), ...s);
    case 's':
      return Uint8Array.of(...r, ...toBytes(edges[value % edges.length] ?? 0n));
    case 'both':
      return Uint8Array.of(...toBytes(edges[at % edges.length] ?? 0n), ...toBytes(edges[value % edges.length] ?? 0n));
    case 'cut':
      return signature.slice(0, at % 65);
    case 'pad':
      return at % 2 === 0 ? Uint8Array.of(...signature, value) : Uint8Array.of(value, ...signature);
  }
}

/** The order of P-256. (r, s) and (r, order - s) are both valid signatures. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const field = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const edges = [0n, 1n, order - 1n, order, order + 1n, field, 2n ** 256n - 1n];

function toNumber(bytes: Uint8Array): bigint {
  return bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}

function toBytes(number: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((number >> BigInt(8 * (31 - index))) & 255n));
}

function toDer(...numbers: readonly Uint8Array[]): Uint8Array {
  const body = numbers.flatMap((number) => {
    const digits = [...number.slice(number.findIndex((byte) => byte !== 0))];
    const positive = (digits[0] ?? 0) > 127 ? [0, ...digits] : digits;
    return [2, positive.length, ...positive];
  });
  return Uint8Array.of(0x30, body.length, ...body);
}
