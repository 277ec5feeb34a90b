import { type Auth, type Claims, listenerFor, setListener } from './auth.ts';
import { SharedMap } from './registry.ts';
import { copyDigest } from './token/token-digest.ts';

/** The verified caller of a request, as a guard stores it. */
export interface GuardedAuth<Custom extends object = Claims> extends Auth<Custom> {
  /**
   * The verified token, for calls to your own services. `undefined` unless the guard of this request has `exposeToken: true`;
   * `getToken` throws then. `JSON.stringify`, `{ ...auth }`, `structuredClone` and `util.inspect` do not show it.
   */
  readonly token?: string;
}

/** An Auth with the token that it was read from, for calls to services that accept the same token. */
export interface AuthWithToken<Custom extends object = Claims> extends GuardedAuth<Custom> {
  /** The verified token. `JSON.stringify`, `{ ...auth }`, `structuredClone` and `util.inspect` do not show it. */
  readonly token: string;
}

// The values are functions, because `util.inspect` with `showHidden` prints the values of a WeakMap.
const tokens: SharedMap<Auth, () => string> = new SharedMap('tokens');

/** The token of an Auth that `withToken` returned. `undefined` for any other object, also for a copy of that Auth. */
export function tokenOf(auth: Auth): string | undefined {
  const read = tokens.get(auth);
  return typeof read === 'function' ? (read as () => string)() : undefined;
}

const copies = new WeakMap<Auth, AuthWithToken>();

/** Returns a copy of an Auth that also has the token. The Auth itself is shared with guards that do not hand out the token. */
export function withToken(auth: Auth, token: string): AuthWithToken {
  const known = copies.get(auth);
  if (known !== undefined && tokenOf(known) === token) return known;
  const copy: AuthWithToken = Object.freeze(Object.assign(Object.create(prototype), auth));
  setListener(copy, listenerFor(auth));
  copyDigest(auth, copy);
  tokens.set(copy, () => token);
  copies.set(auth, copy);
  return copy;
}

// Not an own property: code that copies or logs an object may read own properties that are not enumerable too.
const prototype: object = Object.freeze(
  Object.create(Object.prototype, {
    // `console.dir` of Node with `showHidden` and `getters` shows the getters of a prototype, but not if it is one of `Object`.
    constructor: { value: Object },
    token: {
      get(this: Auth) {
        return tokenOf(this);
      },
    },
    // `JSON.stringify(auth, ['token'])` would read the property above.
    toJSON: { value: plain },
    // `util.inspect` of Node would read it too, with `showHidden` and `getters`.
    [Symbol.for('nodejs.util.inspect.custom')]: { value: plain },
  }),
);

function plain(this: Auth): object {
  return { ...this };
}
