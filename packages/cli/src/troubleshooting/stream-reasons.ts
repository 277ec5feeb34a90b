import type { StreamReason } from '@torii/streams';
import type { Entry } from './entry.ts';

const message = 'The message says which value it is.';

/** Why a stream token was not created, or a key not published or rotated. */
export const streamReasons = {
  subject_invalid: {
    meaning: 'the subject of a token cannot be used',
    actor: 'server',
    causes: {
      value: { cause: 'It is empty, not a text, or too long.', remedy: 'Pass the id of the user.' },
      auth: {
        cause: '`auth` is not what a verifier returned.',
        remedy: 'Pass the result of `getAuth(req)`, not a copy.',
      },
    },
    find: message,
  },
  streams_invalid: {
    meaning: 'a stream does not follow the grammar',
    actor: 'server',
    causes: {
      name: {
        cause: 'A name has a character that is not allowed, or a `*` that is not at the end.',
        remedy:
          'Write letters, digits, `_`, `:` and `-`, `*` for all streams, or `room_*` for all that begin with `room_`.',
      },
    },
    find: message,
  },
  lifetime_invalid: {
    meaning: 'the lifetime is not a whole number of seconds within the bounds',
    actor: 'server',
    causes: {
      bounds: {
        cause: '`ttlSeconds` is too short, or longer than `maxTtlSeconds`.',
        remedy: 'Choose a value within the bounds.',
      },
    },
    find: message,
  },
  claims_invalid: {
    meaning: 'a claim is reserved or cannot be sent as JSON',
    actor: 'server',
    causes: {
      name: {
        cause: 'The claim has a name that the token uses itself, or a value such as a function.',
        remedy: 'Choose another name, or a value that JSON has.',
      },
    },
    find: message,
  },
  slot_taken: {
    meaning: 'another key is published, which must not be replaced',
    actor: 'server',
    causes: {
      other: {
        cause: 'Another server, or an earlier deployment, published its key.',
        remedy: '[Rotate the key](key-rotation.md), or leave it.',
      },
    },
    find: 'The message names the published key. `torii keys jwks` shows the id of yours.',
  },
  slot_empty: {
    meaning: 'no key is published that could be rotated',
    actor: 'server',
    causes: {
      never: { cause: 'No key was ever published.', remedy: 'Publish one first: `torii keys publish`.' },
      bucket: {
        cause: 'The command uses another bucket or key name than the gateway.',
        remedy: 'Check TURBOCABLE_JWT_KV_BUCKET and TURBOCABLE_JWT_KV_KEY.',
      },
    },
  },
  publish_conflict: {
    meaning: 'another process wrote at the same time',
    actor: 'server',
    causes: {
      two: { cause: 'Two deployments publish a key.', remedy: 'Find out which process it was, then try again.' },
    },
  },
  rotation_conflict: {
    meaning: 'another rotation is in progress, or this one was canceled or has already changed the key',
    actor: 'server',
    causes: {
      other: {
        cause: 'A rotation to another key has not ended.',
        remedy: 'Finish it, or cancel it with the same options: `torii keys rotate --cancel`.',
      },
      done: {
        cause: 'This rotation has already changed the key.',
        remedy: 'Run it again to finish it. [When to use which command](key-rotation.md).',
      },
    },
    find: 'The message says which.',
  },
  bucket_unfit: {
    meaning: "the settings of the bucket could lose the gateway's key or keep an old one",
    actor: 'server',
    causes: {
      settings: {
        cause: 'The bucket has a TTL, a history, or is too small.',
        remedy: 'Create it again with the settings that the message names.',
      },
    },
    find: 'The message says which setting.',
  },
  store_unavailable: {
    meaning: 'the key-value store does not respond',
    actor: 'wait',
    causes: {
      down: {
        cause: 'NATS is not running, or cannot be reached.',
        remedy: 'Check `servers` (NATS_URL), and whether NATS is running.',
      },
      network: {
        cause: 'A firewall is in between, or the name cannot be resolved.',
        remedy: 'Check the network of this machine or container.',
      },
    },
    find: 'The `cause` of the error says what happened.',
  },
  store_refused: {
    meaning: 'the key-value store refused the login or a permission',
    actor: 'server',
    causes: {
      login: {
        cause: 'The login is wrong, or the user lacks a permission.',
        remedy: 'Check the login and the permissions of the user.',
      },
      jetstream: { cause: 'JetStream is not enabled.', remedy: 'Start NATS with `-js`.' },
      certificate: { cause: 'The certificate is not trusted.', remedy: 'Set `tls.caFile` (NATS_CA).' },
    },
    find: 'The message and the `cause` say which.',
  },
  gateway_unavailable: {
    meaning: 'the gateway did not answer which key it uses',
    actor: 'wait',
    causes: {
      down: {
        cause: 'The gateway is not running, or the URL is wrong.',
        remedy: 'Check `gatewayUrl` (GATEWAY_URL). It must not end with /pubkey.',
      },
    },
    find: 'Open `/pubkey` of the gateway.',
  },
  key_not_served: {
    meaning: 'the gateway uses another key than the published one',
    actor: 'server',
    causes: {
      file: {
        cause: 'The operator of the gateway set TURBOCABLE_JWT_PUBLIC_KEY_PATH: that file wins over the published key.',
        remedy: 'Remove that setting, or replace the file.',
      },
      bucket: {
        cause: 'The gateway reads another bucket or key name.',
        remedy: 'Give both the same TURBOCABLE_JWT_KV_BUCKET and TURBOCABLE_JWT_KV_KEY.',
      },
      late: { cause: 'The gateway has not read the new key yet.', remedy: 'Wait a moment and try again.' },
    },
    find: 'The message names the key that the gateway uses.',
  },
} satisfies Record<StreamReason, Entry>;
