import * as React from 'react';

// Exists if the app sets `experimental.taint`. `Reflect.get`, because bundlers report a name that a module does not export.
const name = 'experimental_taintUniqueValue';
const taintUniqueValue: unknown = name in React ? Reflect.get(React, name) : undefined;

/**
 * Makes React refuse to send the token to a client component, if the app has turned that on.
 *
 * @param lifetime an object that exists as long as the request: React forgets the token together with it
 */
export function taintToken(token: string, lifetime: object): void {
  if (typeof taintUniqueValue !== 'function') return;
  taintUniqueValue('Do not pass a token to a client component: it would be readable in the browser.', lifetime, token);
}
