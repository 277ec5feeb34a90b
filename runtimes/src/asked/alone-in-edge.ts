// edge-runtime: code that imports nothing but this package.
import * as revocation from '@torii/revocation';

Object.assign(globalThis, { answer: () => Object.keys(revocation).sort().join(' ') });
