import type { Entry } from './entry.ts';
import { tokenRefusals } from './token-refusals.ts';

const clock = tokenRefusals.token_expired.causes.clock;

/** The checks of `torii doctor`. */
export const doctorChecks = {
  Node: {
    meaning: 'Node is too old for the command',
    causes: { version: { cause: 'Another Node comes first in the PATH.', remedy: 'Install Node 20.19 or newer.' } },
  },
  packages: {
    meaning: 'packages of Torii have different versions, or there are two copies of `@torii/core`',
    causes: {
      versions: {
        cause: 'Only some of the packages were updated.',
        remedy: 'The packages of Torii must have the same version. Update them together.',
      },
      copies: {
        cause: 'Two packages depend on different copies.',
        remedy: 'Each copy fetches and caches keys on its own. Remove the copies: npm dedupe, or pnpm dedupe.',
      },
    },
  },
  'settings file': {
    meaning: 'the settings file cannot be read',
    causes: {
      file: {
        cause: 'It is a folder, or belongs to another user.',
        remedy: 'Make it a file that you may read, or remove it.',
      },
    },
  },
  'secret key file': {
    meaning: 'the file of `--secret-key-file` cannot be read, or is empty',
    causes: {
      file: {
        cause: 'The path is wrong, or the file belongs to another user.',
        remedy: 'Name a file that you may read and that contains only the key.',
      },
    },
  },
  TORII_ISSUER: {
    meaning: 'the setting is missing, empty, misspelled, or hidden by another value',
    causes: {
      missing: {
        cause: 'It is not set.',
        remedy: 'Set TORII_ISSUER to the URL that the dashboard shows, such as https://acme.torii.so.',
      },
      hidden: {
        cause: 'The environment and the settings file have different values.',
        remedy: 'The environment takes precedence. Remove one of them.',
      },
      misspelled: { cause: 'A variable has a similar name, which torii does not read.', remedy: 'Rename it.' },
    },
  },
  TORII_ENVIRONMENT_ID: {
    meaning: 'the setting is empty, or names another environment than that of the emulator',
    causes: {
      restarted: {
        cause: 'An emulator without `--data` has a new environment after each start.',
        remedy: 'Copy the id that it prints, or start the app with `torii dev`, which sets it.',
      },
    },
  },
  TORII_API_URL: {
    meaning: 'the setting is empty, or hidden by another value',
    causes: {
      hidden: {
        cause: 'The environment and the settings file have different values.',
        remedy: 'The environment takes precedence. Remove one of them.',
      },
    },
  },
  TORII_SECRET_KEY: {
    meaning: 'the setting is empty, misspelled, or hidden by another value',
    causes: {
      misspelled: {
        cause: 'A variable has a similar name, which torii does not read.',
        remedy: 'Set TORII_SECRET_KEY to the secret key (sk_…) of your environment.',
      },
    },
  },
  proxy: {
    meaning: 'Node does not use the proxy of the environment, or uses it for this machine too',
    causes: {
      unused: {
        cause: 'HTTPS_PROXY is set, but Node ignores it unless it is told to use it.',
        remedy: 'Set NODE_USE_ENV_PROXY=1, with Node 22.21, 24.0 or newer. [More](proxies.md)',
      },
      local: {
        cause: 'Requests to this machine go through the proxy, which cannot reach it.',
        remedy: 'Add it: NO_PROXY=localhost,127.0.0.1,[::1]',
      },
    },
  },
  certificates: {
    meaning: 'certificates are not checked',
    causes: {
      off: {
        cause: 'NODE_TLS_REJECT_UNAUTHORIZED=0 lets anyone on the network replace the keys and read the secret key.',
        remedy: 'Remove it, and name a local authority with NODE_EXTRA_CA_CERTS.',
      },
    },
  },
  issuer: {
    meaning: 'the issuer cannot be reached, redirects, is a web page, or its certificate is not trusted',
    causes: {
      url: {
        cause: 'The URL has a path, or is that of a website.',
        remedy: 'Check that the issuer is the URL that the dashboard shows, without a path.',
      },
      emulator: {
        cause: 'The emulator is not running, or in another container.',
        remedy: 'Start the local Torii: torii emulator.',
      },
      login: {
        cause: 'A firewall, a VPN or a preview protection asks for a login before Torii answers.',
        remedy: 'Make the keys public: requests for them must need no login.',
      },
    },
  },
  'issuer name': {
    meaning: 'the metadata of the issuer names another URL. Its tokens contain that URL, so every token is refused',
    causes: {
      alias: { cause: 'The issuer has two addresses.', remedy: 'Set TORII_ISSUER to the URL in its metadata.' },
    },
  },
  keys: {
    meaning: 'no key of the issuer can verify tokens',
    causes: {
      other: { cause: 'The issuer did not answer with a key set.', remedy: 'Check the issuer.' },
      unusable: {
        cause: 'The set has no ES256 key with an id (kid).',
        remedy: 'The issuer must publish its signing keys.',
      },
      private: {
        cause: 'The key set contains a private key, so anyone can sign tokens, and verifiers refuse the whole set.',
        remedy: 'Replace this key at once.',
      },
    },
  },
  'key cache': {
    meaning: 'caches may keep the keys for longer than five minutes',
    causes: {
      cdn: {
        cause:
          'A proxy or CDN in front of the issuer can serve old keys: a new key does not work at once, and a withdrawn key works longer.',
        remedy: 'Let it keep the key set for at most 300 s.',
      },
    },
  },
  clock: {
    meaning:
      'this machine’s time differs from the server’s by more than `--clock-tolerance`, so tokens are refused as expired or as not yet valid',
    causes: {
      clock: { cause: 'The clock of this machine is wrong.', remedy: clock.remedy },
      other: { cause: 'Other servers agree with this machine.', remedy: 'Then the clock of that server is wrong.' },
    },
  },
  revocations: {
    meaning: 'the store of the revocations cannot be reached, or does not keep entries for long enough',
    causes: {
      store: {
        cause: 'The store is down, or its settings do not fit.',
        remedy: 'Write what the finding says. [More](revocation.md)',
      },
    },
  },
  'REST API': {
    meaning: 'the API refuses the key, or is not Torii’s',
    causes: {
      key: {
        cause: 'The key was revoked, belongs to another environment or API URL, or a part of it is missing.',
        remedy: 'Copy the secret key of this environment from the dashboard.',
      },
      emulator: {
        cause: 'The emulator was restarted without `--data` or `--secret-key`, so it has a new key.',
        remedy: 'Copy the key that it prints, or start the app with `torii dev`.',
      },
      rules: {
        cause: 'The API accepts the key but forbids its use, or forbids all requests from here.',
        remedy: 'Check the permissions of the key in the dashboard, and the IP rules.',
      },
      url: {
        cause: 'The server at TORII_API_URL is not Torii’s REST API.',
        remedy: 'Remove TORII_API_URL to use https://api.torii.so.',
      },
    },
  },
  'same Torii': {
    meaning: 'the issuer and the API are different environments',
    causes: {
      mixed: {
        cause: 'One is the emulator and the other is not, so tokens and users come from different environments.',
        remedy: 'Set TORII_ISSUER and TORII_API_URL to the same Torii: both to the emulator, or neither.',
      },
      key: {
        cause: 'A live key is used with the emulator, which accepts test keys only.',
        remedy: 'Use the key that it prints.',
      },
    },
  },
} satisfies Record<string, Entry>;
