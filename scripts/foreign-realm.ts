// Values of another realm, as tests in Jest, code in `node:vm` and workers have them: each has another `Error`, `Uint8Array`,
// `Date` and `Object` than this module.
import { createContext, runInContext } from 'node:vm';

const realm = createContext({});

/** Runs an expression in another realm, and returns its value. `values` are the names that the expression may use. */
export function inForeignRealm<T>(expression: string, values: Readonly<Record<string, unknown>> = {}): T {
  return runInContext(`((${Object.keys(values).join(', ')}) => (${expression}))`, realm)(...Object.values(values));
}

/** Copies data into another realm: objects, arrays, and bytes. */
export function toForeignRealm<T>(value: T): T {
  if (ArrayBuffer.isView(value)) return inForeignRealm('Uint8Array.from(bytes)', { bytes: value });
  return inForeignRealm('JSON.parse(text)', { text: JSON.stringify(value) });
}
