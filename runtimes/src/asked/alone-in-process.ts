// Node, Bun and Deno: a program that imports nothing but this package.
import * as revocation from '@torii/revocation';

console.log(JSON.stringify(Object.keys(revocation).sort().join(' ')));
