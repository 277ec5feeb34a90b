import type { ConnectionReason, ToriiRevocationError } from '@torii/core';
import type { Entry } from './entry.ts';

/** Why the REST API did not answer. */
export const connectionReasons = {
  network: {
    meaning: 'no response arrived; `cause` says why: DNS, a refused connection, a certificate',
    actor: 'server',
    causes: {
      url: {
        cause: '`apiUrl` (TORII_API_URL) is wrong, or the emulator is not running.',
        remedy: 'Check TORII_API_URL and the network connection.',
      },
      proxy: {
        cause: 'The network needs a proxy, which Node does not use unless it is told to.',
        remedy: 'Set `NODE_USE_ENV_PROXY=1`. [More](proxies.md)',
      },
      certificate: {
        cause: 'Node does not trust the certificate, because a proxy of your network replaces it.',
        remedy: 'Set `NODE_EXTRA_CA_CERTS` to the PEM file of its authority.',
      },
    },
    find: '`torii doctor` tells these apart. `mayHaveArrived` says whether the API may have carried the call out.',
  },
  timeout: {
    meaning: 'the time limit passed',
    actor: 'wait',
    causes: {
      slow: {
        cause: 'The API, or the network, is slower than `timeoutMs` allows, retries included.',
        remedy: 'Try again. If it happens often, raise `timeoutMs`.',
      },
      dropped: {
        cause: 'A firewall drops the connection.',
        remedy: 'Let the server connect to the API’s host on port 443.',
      },
    },
    find: '`attempts` says how many requests were sent, and `mayHaveArrived` whether one may have been carried out.',
  },
  aborted: {
    meaning: 'your `AbortSignal` was aborted',
    actor: 'server',
    causes: {
      own: {
        cause: 'Your code, or your framework after the client had gone, aborted the signal.',
        remedy:
          'Do nothing, if that was intended. `mayHaveArrived` says whether the API may have carried the call out.',
      },
    },
  },
} satisfies Record<ConnectionReason, Entry>;

/** The code of a ToriiRevocationError. */
export const revocationCodes = {
  revocation_not_announced: {
    meaning:
      'Torii has carried out the operation, or the call asked for a revocation, but your other servers could not be told',
    actor: 'server',
    causes: {
      store: {
        cause: 'The store of the revocations is down, is full, or refuses the write.',
        remedy:
          'Call `error.announce()` to try again. Do not repeat the operation. This server also tries again by itself. [More](revocation.md#after-a-failed-announcement)',
      },
    },
    find: 'The `cause` of the error says what the store answered.',
  },
} as const satisfies Record<ToriiRevocationError['code'], Entry>;

/**
 * Codes of a ToriiApiError: those of the client, and those that the emulator sends too. The API can send others.
 */
export const apiCodes = {
  response_malformed: {
    meaning: 'the response cannot be read: it is not JSON, or not what the operation returns',
    actor: 'server',
    causes: {
      url: {
        cause: '`apiUrl` (TORII_API_URL) is the URL of a website or of an issuer.',
        remedy: 'Check that TORII_API_URL is the URL of Torii’s API. Leave it out to use https://api.torii.so.',
      },
      between: {
        cause: 'A proxy or firewall answers with a page.',
        remedy: 'Let the server reach the API without it.',
      },
    },
    find: '`error.body` is what arrived. `torii doctor` says what answers at this URL.',
  },
  redirect_refused: {
    meaning: 'the response is a redirect, which is not followed, so that the secret key is not sent to another address',
    actor: 'server',
    causes: {
      url: {
        cause: '`apiUrl` has `http:` instead of `https:`, or is an old address.',
        remedy: 'Set it to the address that answers without a redirect.',
      },
      login: { cause: 'A network login redirects all requests.', remedy: 'Log in to the network.' },
    },
  },
  cursor_repeated: {
    meaning: 'the server has returned the same cursor twice, so that a loop over the list would never end',
    actor: 'torii',
    causes: {
      server: { cause: 'The server has a fault, or a cache in between ignores the query.', remedy: 'Report it.' },
    },
  },
  unknown: {
    meaning: 'the response has no code',
    actor: 'server',
    causes: {
      between: {
        cause: 'Not Torii’s API, but a proxy, a gateway or another server answered.',
        remedy: 'Check that TORII_API_URL is the URL of Torii’s API.',
      },
    },
    find: 'Look at `error.status` and `error.body`.',
  },
  invalid_secret_key: {
    meaning:
      'the API refuses the secret key (401). The client throws a `ToriiConfigError` with the option [`secretKey`](#secretkey)',
    actor: 'server',
    causes: {
      environment: {
        cause: 'The key was revoked, belongs to another environment or API URL, or a part of it is missing.',
        remedy: 'Copy the secret key of this environment from the dashboard.',
      },
      emulator: {
        cause:
          'The emulator was restarted without `--data` or `--secret-key`, so it has a new secret key. Its webhook secret is new too.',
        remedy: 'Copy both from what it prints, or start the app with `torii dev`.',
      },
    },
    find: '`torii whoami` shows which key and URL are used, and where they come from.',
  },
  invalid_request: {
    meaning: 'a parameter is wrong (400)',
    actor: 'server',
    causes: {
      field: { cause: 'The API refuses the value of a field.', remedy: 'Correct the fields in `fieldErrors`.' },
    },
    find: '`fieldErrors` names each field and `detail` says what is wrong. Log both, and do not send them to your callers.',
  },
  forbidden: {
    meaning: 'the key may not do this (403), or the user was deleted or belongs to another environment',
    actor: 'server',
    causes: {
      elsewhere: {
        cause: 'The id is of another environment, or the user was deleted.',
        remedy: 'Use an id of the key’s environment.',
      },
      key: {
        cause: 'The key lacks a permission, or the IP rules forbid this server.',
        remedy: 'Check the key and the IP rules in the dashboard.',
      },
    },
    find: '`detail` says which. `torii doctor` asks with and without the key.',
  },
  user_not_found: {
    meaning: 'no user has this id (404)',
    actor: 'server',
    causes: {
      id: {
        cause: 'The id is wrong, or of another environment.',
        remedy: 'Use `auth.userId`, or find the user with `users.list`.',
      },
    },
  },
  organization_not_found: {
    meaning: 'no organization has this id (404)',
    actor: 'server',
    causes: {
      id: {
        cause: 'The id is wrong, or of another environment.',
        remedy: 'Use `auth.organization.id`, or find it with `organizations.list`.',
      },
    },
  },
  member_not_found: {
    meaning: 'the user is not a member of the organization (404)',
    actor: 'server',
    causes: {
      left: {
        cause: 'The user has left the organization, or never was a member.',
        remedy: 'List the members with `organizations.listMembers`.',
      },
    },
  },
  invitation_not_found: {
    meaning: 'no invitation has this id (404)',
    actor: 'server',
    causes: {
      id: {
        cause: 'The id is wrong, or of another environment.',
        remedy: 'Find the invitation with `invitations.list`.',
      },
    },
  },
  email_taken: {
    meaning: 'another user has this email address (409)',
    actor: 'client',
    causes: {
      exists: {
        cause: 'The user exists already.',
        remedy: 'Find the user with `users.list({ emailAddresses })`, and update it.',
      },
    },
  },
  metadata_too_large: {
    meaning: 'the merged metadata has more than 8 KB (400)',
    actor: 'server',
    causes: {
      sum: {
        cause: 'Metadata is merged, so what is stored counts too.',
        remedy: 'Remove keys by setting them to `null`, or store large data yourself.',
      },
    },
  },
} as const satisfies Record<string, Entry>;
