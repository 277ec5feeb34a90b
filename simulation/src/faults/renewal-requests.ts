import type { PlantedFault } from './planted-fault.ts';

const server = 'packages/next/src/server';
const renewal = `${server}/renewal`;

/** Faults of the proxy: which requests are renewed, with which token, and what the responses say. */
export const renewalRequestFaults: readonly PlantedFault[] = (
  [
    {
      name: 'a revoked token is renewed at once',
      statement: 40,
      harm: 'The new token is of the second of the revocation, and refused too.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: "due === 'revoked' ? revokedDelayMs : 0",
          to: "due === 'revoked' ? 0 : 0",
        },
      ],
    },
    {
      name: 'a token that has ended is stored',
      statement: 45,
      harm: 'The browser drops its token cookie.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: 'token !== undefined && lifetimeSeconds >= 1',
          to: 'token !== undefined',
        },
      ],
    },
    {
      name: 'a token of another user is used',
      statement: 45,
      harm: 'A form that was rendered for one user is sent as another.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: '(old === null || isSameUser(old, token.value))',
          to: '(old === null || token.value.length > 0)',
        },
      ],
    },
    {
      name: 'a token of another organization is used',
      statement: 45,
      harm: 'A form that was rendered for one organization is sent for another.',
      changes: [
        {
          file: `${renewal}/unverified-token.ts`,
          from: '[iss, pid, sub, organization, Object(act).sub ?? null]',
          to: '[iss, pid, sub, Object(act).sub ?? null]',
        },
      ],
    },
    {
      name: 'a token of an impersonator is used',
      statement: 45,
      harm: 'A form of a user is sent by an impersonator.',
      changes: [
        { file: `${renewal}/unverified-token.ts`, from: 'organization, Object(act).sub ?? null]', to: 'organization]' },
      ],
    },
    {
      name: 'a prefetch of the browser is renewed',
      statement: 45,
      harm: 'A link on another site extends the session without a click.',
      changes: [
        {
          file: `${renewal}/renewable.ts`,
          from: "'purpose', 'sec-purpose', 'x-purpose'",
          to: "'purpose', 'x-purpose'",
        },
      ],
    },
    {
      name: 'a frame is renewed',
      statement: 45,
      harm: 'A frame on another site extends the session.',
      changes: [
        { file: `${renewal}/renewable.ts`, from: "    headers.get('sec-fetch-dest') === 'document' &&\n", to: '' },
      ],
    },
    {
      name: 'a form of a sibling origin is renewed',
      statement: 45,
      harm: 'A page of another subdomain extends the session.',
      changes: [{ file: `${renewal}/renewable.ts`, from: "site === 'same-origin'", to: "site !== 'cross-site'" }],
    },
    {
      name: 'a form without Origin is renewed',
      statement: 45,
      harm: 'Another site extends the session.',
      changes: [
        {
          file: `${renewal}/renewable.ts`,
          from: 'if (origin === null || !origins.includes(origin)) return false;',
          to: 'if (origin !== null && !origins.includes(origin)) return false;',
        },
        {
          file: `${renewal}/renewable.ts`,
          from: 'new URL(origin).host',
          to: "new URL(origin ?? 'https://app.test').host",
        },
      ],
    },
    {
      name: 'a request with an Authorization header is renewed',
      statement: 14,
      harm: 'A request is answered for the user of a cookie that must be ignored.',
      changes: [
        { file: `${renewal}/renewable.ts`, from: "if (request.headers.has('authorization')) return false;", to: '' },
      ],
    },
    {
      name: 'one of two token cookies is replaced',
      statement: 14,
      harm: 'A planted cookie decides whose token is renewed.',
      changes: [{ file: `${renewal}/renew-in-proxy.ts`, from: 'if (others.length > 0) return nothing;', to: '' }],
    },
    {
      name: 'a bad token is renewed like one that ends',
      statement: 45,
      harm: 'A planted cookie extends the session.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: "error.reason === 'token_revoked' ? 'revoked' : 'later'",
          to: "error.reason === 'token_revoked' ? 'revoked' : 'now'",
        },
      ],
    },
    {
      name: 'pages get the session cookie of the issuer',
      statement: 45,
      harm: 'Code of the app can use the session at the issuer.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: 'name !== sessionCookieName && (token === undefined',
          to: '(token === undefined',
        },
      ],
    },
    {
      name: 'a response with a new token may be stored by caches',
      statement: 20,
      harm: 'A shared cache signs other users in.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: "      headers.set('cache-control', 'private, no-store');\n",
          to: '',
        },
      ],
    },
    {
      name: 'cookies of the app are overwritten',
      statement: 45,
      harm: 'A sign-out of the app is undone by the renewal.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: 'if (!taken.has(readName(line))) headers',
          to: "if (!taken.has('')) headers",
        },
      ],
    },
    {
      name: 'a session cookie needs no mark that fits',
      statement: 45,
      harm: 'A sibling subdomain signs a user in as someone else.',
      changes: [
        {
          file: `${server}/issuer/session-cookie.ts`,
          from: 'readValue(mark.pair) === seal ?',
          to: 'seal !== undefined ?',
        },
      ],
    },
    {
      name: 'the first of two session cookies is used',
      statement: 45,
      harm: 'A sibling subdomain signs a user in as someone else.',
      changes: [
        {
          file: `${server}/issuer/session-cookie.ts`,
          from: 'mark === undefined || others.length > 0 || otherMarks.length > 0',
          to: 'mark === undefined || otherMarks.length > 0',
        },
      ],
    },
  ] satisfies readonly Omit<PlantedFault, 'scenario'>[]
).map((fault) => ({ ...fault, scenario: 'renewal' }));
