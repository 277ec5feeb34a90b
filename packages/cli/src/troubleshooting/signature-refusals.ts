import type { Entry } from './entry.ts';

/** Refusals of a token that was not found, cannot be read, or is not signed by the issuer. */
export const signatureRefusals = {
  token_missing: {
    meaning:
      'no token was sent, or an unsafe request of another site has one in a cookie or in a header of a proxy ([cookies](decisions/cookies.md), [proxies](tokens-from-proxies.md#requests-of-other-sites))',
    actor: 'client',
    causes: {
      unsent: {
        cause:
          'The client sends no token, because the user is not signed in or the request is made without the client library.',
        remedy: 'Check that the client sends `Authorization: Bearer <token>`.',
      },
      removed: {
        cause: 'A proxy, or a redirect to another host, removed the header.',
        remedy: 'Check that no proxy removes the header.',
      },
      public: {
        cause: 'The route is meant for everyone.',
        remedy: 'List its path in `publicPaths`, or use `optionalAuth`.',
      },
      site: {
        cause:
          'The token is in a cookie, or in a header without a scheme, and a page of another site sent the request.',
        remedy:
          'Add the origin of that page to `origins`. For callers without a browser, set `allowNonBrowsers: true`.',
      },
    },
    find: 'Look at the request in the developer tools of the browser: does it have the header? If so, log the headers that your server gets. The event `refused` has a `hint` if the site is the cause.',
  },
  scheme_unsupported: {
    meaning: "the header has another scheme, such as `Basic`, or it has a scheme although `scheme` is `'none'`",
    actor: 'either',
    causes: {
      other: {
        cause: 'The client sends another scheme, or the token without one.',
        remedy: 'Send `Authorization: Bearer <token>`.',
      },
      login: {
        cause: 'A proxy or a password of a preview deployment uses the same header for its own login.',
        remedy: 'Send the token in another header, and name it with the option `header`.',
      },
      none: {
        cause: 'The option `scheme` does not fit the header.',
        remedy: "Write `scheme: 'none'` if the header contains the token alone, and leave `scheme` out otherwise.",
      },
    },
    find: 'Look at the first word of the header. The event `refused` has a `hint` if `scheme` is the cause.',
  },
  header_malformed: {
    meaning:
      'the header is not `Bearer <token>` (or what the option `scheme` requires), it was sent twice, or the request has the headers of two verifiers of [`anyVerifier`](two-token-makers.md#how-a-verifier-is-chosen)',
    actor: 'client',
    causes: {
      form: {
        cause: 'The header has quotes, a comma, a second token, or nothing after `Bearer`.',
        remedy: 'Send `Bearer`, one space and one token. Quotes, commas and a second token are not allowed.',
      },
      empty: {
        cause: 'The client sent `Bearer` without a token, because it had none.',
        remedy: 'Send the request without the header until there is a token.',
      },
      twice: {
        cause: 'The client and a proxy both set the header, or the request has two cookies of the same name.',
        remedy: 'Send the header once.',
      },
    },
    find: 'The message names the header. Give the whole header to `torii token why`.',
  },
  token_malformed: {
    meaning: 'the token is not a well-formed JWT',
    actor: 'client',
    causes: {
      other: {
        cause:
          'It is not an access token, but a session id, a secret key (`sk_…`), a publishable key (`pk_…`) or a cookie.',
        remedy: 'Send the access token that the browser client returns.',
      },
      absent: {
        cause:
          'It is the text `undefined`, `null` or `[object Promise]`: the client had no token, or did not `await` it.',
        remedy: 'Wait for the token, and send the request without the header if there is none.',
      },
      cut: {
        cause:
          'It was cut off, or has a line break or a quote, because it was copied or stored in a place that is too short.',
        remedy: 'Copy the whole token again, and nothing else.',
      },
      large: {
        cause: 'It is longer than 16,384 characters.',
        remedy: 'Remove claims from the token template.',
      },
      maker: {
        cause: 'It is not from Torii: Torii’s tokens have a key id (`kid`) and no extensions (`crit`).',
        remedy: 'Check who issued the token.',
      },
    },
    find: '`torii token why` says which part cannot be read.',
  },
  algorithm_refused: {
    meaning: 'the token is not signed with ES256, or not with an algorithm that `createJwtVerifier` was given',
    actor: 'either',
    causes: {
      maker: {
        cause: 'The token is from another issuer: Torii signs with ES256.',
        remedy:
          'To verify tokens of other issuers, use `createJwtVerifier` of `@torii/core/jwt`, and `anyVerifier` during a [move](two-token-makers.md).',
      },
      stream: {
        cause: 'It is a stream token, which only Turbocable’s gateway accepts.',
        remedy: 'Send Torii’s access token to your API.',
      },
      none: {
        cause: 'It is not signed (`alg: none`), so anyone can create one like it.',
        remedy: 'Never accept it.',
      },
    },
    find: '`torii token decode` shows the algorithm (`alg`) and the issuer (`iss`).',
  },
  key_unknown: {
    meaning: 'the issuer does not publish the key that the token names',
    actor: 'client',
    causes: {
      emulator: {
        cause:
          'The emulator was restarted with new keys, and the browser still has a token that was signed with an old one.',
        remedy: 'Get a new token: sign in again.',
      },
      rotated: {
        cause: 'The keys were rotated after this token was issued.',
        remedy: 'Get a new token.',
      },
      curve: {
        cause: 'The issuer publishes the key, but it is not a valid key on the curve P-256.',
        remedy: 'The issuer must fix its key set.',
      },
      fixed: {
        cause: 'The verifier has fixed `keys`, so it does not notice a rotation.',
        remedy: 'Leave `keys` out. For a fast start, use `initialKeys`.',
      },
      cache: {
        cause: 'A proxy or CDN in front of the issuer serves an old key set.',
        remedy: 'Let it keep the key set for at most five minutes. `torii doctor` checks that.',
      },
    },
    find: '`torii token why` compares the key id of the token with those that the issuer publishes now.',
  },
  signature_invalid: {
    meaning: 'the signature is wrong',
    actor: 'client',
    causes: {
      changed: {
        cause: 'The token was changed or cut off after it was signed.',
        remedy: 'Copy the whole token again, and nothing else.',
      },
      emulator: {
        cause: 'It is from an emulator whose key had the same id.',
        remedy: 'Get a new token: sign in again.',
      },
      forged: {
        cause: 'Someone who does not have the key made the token.',
        remedy: 'Do nothing: it was refused. If there are many, look at where they come from.',
      },
    },
    find: 'Give the token to `torii token why`.',
  },
} as const satisfies Record<string, Entry>;
