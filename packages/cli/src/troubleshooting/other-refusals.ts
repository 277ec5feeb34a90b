import type { AuthReason, Reason } from '@torii/core';
import type { Entry } from './entry.ts';

/** Why a request was refused with 400, 403 or 503. */
export const otherRefusals = {
  request_malformed: {
    meaning: 'the request is ambiguous, for example its path can be read in two ways',
    actor: 'client',
    causes: {
      path: {
        cause:
          'The path has `..`, `//`, an encoded slash or another form that routers read differently, and a rule of @torii/authz depends on it.',
        remedy: 'Request the plain path.',
      },
      tenant: {
        cause: 'The tenant header was sent twice, or has two values.',
        remedy: 'Send it once, with one tenant.',
      },
      cookie: {
        cause: 'In Next.js, the token is too large for a cookie (4,096 bytes).',
        remedy: 'Remove claims from the token template.',
      },
    },
    find: 'The message and the event `refused` say which part is ambiguous.',
  },
  not_allowed: {
    meaning: 'a check or a rule refused',
    actor: 'either',
    causes: {
      rights: {
        cause: 'The user lacks the role, the permission or the property that the check asks for.',
        remedy: 'Give it to the user. The user then needs a new token, because roles are in the token.',
      },
      stale: {
        cause: 'The role was given after the token was issued.',
        remedy: 'Renew the token.',
      },
      tenant: {
        cause: 'The active organization of the user is another one than the tenant of the request.',
        remedy: 'Switch to the organization in the client.',
      },
      check: {
        cause: 'The check does not return exactly `true`.',
        remedy: 'Return `true` to allow. Everything else refuses.',
      },
    },
    find: 'The event `refused` names the check and its position. `torii rbac explain` evaluates the rules of @torii/authz for a request, and [`reportOnly`](report-only.md) tries a check without refusing.',
  },
  keys_unavailable: {
    meaning:
      'the keys cannot be fetched, [`approve`](issuer-per-tenant.md) failed or was too slow, or it would have been called for too many issuers',
    actor: 'wait',
    causes: {
      network: {
        cause: 'The server cannot reach the issuer: DNS, a firewall, a proxy or a certificate.',
        remedy: 'Check the issuer and the network. [Behind a proxy](proxies.md), set `NODE_USE_ENV_PROXY=1`.',
      },
      issuer: {
        cause: 'The issuer URL is wrong, or the emulator is not running, so something else answers.',
        remedy: 'Open `/_torii/.well-known/jwks.json` of the issuer from this machine. It must be a key set.',
      },
      container: {
        cause: 'In a container, 127.0.0.1 is the container itself.',
        remedy: 'Use [the address of the other container](containers.md).',
      },
      approve: {
        cause:
          '`approve` threw, took longer than its `timeoutMs`, or would have been called for too many unknown issuers.',
        remedy:
          'Make the look-up fast, and let it return `null` for an unknown issuer. The event `refused` says what happened.',
      },
    },
    find: 'Run `torii doctor` on the server itself. The event `keys_failed` says what happened.',
  },
  policy_unavailable: {
    meaning: 'the roles and permissions of [@torii/authz](../packages/authz/README.md) cannot be loaded',
    actor: 'wait',
    causes: {
      store: {
        cause: 'The store of the permissions does not answer, or has no document under this key.',
        remedy: 'Check the store and the `key` of `permissions`.',
      },
      document: {
        cause: 'The document in the store cannot be used.',
        remedy: 'Run `torii rbac lint` on it, and store it again.',
      },
      load: {
        cause: 'The function that returns the permissions threw, or took longer than `timeoutMs`.',
        remedy: 'Look at the `cause` of the error.',
      },
    },
    find: 'The event `refused` has `detail.problem`, and the error a `cause`.',
  },
  revocations_unavailable: {
    meaning:
      'it is not known which tokens were revoked: the store was not read yet, or has not answered for `maxStaleSeconds`',
    actor: 'wait',
    causes: {
      store: {
        cause: 'The store (Redis, NATS or your own) is down or cannot be reached.',
        remedy:
          'Bring the store back: the servers read it by themselves. [What happens until then](revocation.md#what-happens-when-something-fails).',
      },
      start: {
        cause: 'The server has just started and has not read the store yet.',
        remedy: 'Wait with `await revocations.ready()` before the server listens.',
      },
      login: {
        cause: 'The store refuses the login or a permission.',
        remedy: 'Look at the event `feed_failed`, which says what to do.',
      },
    },
    find: 'Run `torii doctor` with TORII_REVOCATIONS_STORE, and look at `revocations.health()`.',
  },
  token_unavailable: {
    meaning:
      '[@torii/next](../packages/next/README.md) could not get the [token of a template](tokens-for-your-services.md#third-parties)',
    actor: 'wait',
    causes: {
      busy: {
        cause: 'Torii did not answer within five seconds, or answered with 429 or 5xx.',
        remedy: 'Try again after `retryAfterSeconds`. Show the user an error page that offers it.',
      },
      network: {
        cause: 'The server cannot reach the issuer.',
        remedy: 'Run `torii doctor` on the server.',
      },
    },
    find: 'The `cause` of the error says what happened.',
  },
} satisfies Record<Exclude<Reason, AuthReason>, Entry>;
