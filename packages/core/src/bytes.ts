const lengthOfBuffer = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')?.get;

/**
 * The bytes of a Uint8Array, a Node Buffer or an ArrayBuffer, without a copy. `undefined` for any other value. Not
 * `instanceof`: the values of another realm (Jest, `vm`, a worker) have other classes.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) {
    if (Reflect.get(value, Symbol.toStringTag) !== 'Uint8Array') return undefined;
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return isBuffer(value) ? new Uint8Array(value) : undefined;
}

function isBuffer(value: unknown): value is ArrayBuffer {
  try {
    // The getter reads an internal slot: it throws for an object that only looks like an ArrayBuffer.
    return lengthOfBuffer?.call(value) !== undefined;
  } catch {
    return false;
  }
}
