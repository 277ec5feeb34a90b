import type { Entry } from './entry.ts';

/** Refusals of a token because of what it says. */
export const claimRefusals = {
  token_expired: {
    meaning: '`exp` has passed',
    actor: 'client',
    causes: {
      kept: {
        cause: 'The client kept a token instead of renewing it: Torii’s tokens are valid for minutes.',
        remedy: 'Get a new token. The browser client renews it; ask it for the token before each request.',
      },
      clock: {
        cause: 'The clock of this server is ahead of the issuer’s by more than `clockTolerance` (30 seconds).',
        remedy: 'Set the clock by NTP.',
      },
      queue: {
        cause: 'The token waited in a queue or a job longer than it is valid.',
        remedy: 'Verify the token when the job is created, and store the user id with the job.',
      },
    },
    find: '`torii token why` says how long ago it expired, and compares this machine’s clock with the issuer’s.',
  },
  token_not_yet_valid: {
    meaning: '`nbf` or `iat` is in the future',
    actor: 'server',
    causes: {
      clock: {
        cause: 'The clock of this server is behind the issuer’s by more than `clockTolerance` (30 seconds).',
        remedy: 'Set the clock by NTP. Virtual machines and laptops lose time while they sleep.',
      },
      issuer: {
        cause: 'The clock of the issuer, or of the machine with the emulator, is ahead.',
        remedy: 'Correct that clock.',
      },
    },
    find: '`torii doctor` and `torii token why` compare this machine’s clock with the issuer’s.',
  },
  token_revoked: {
    meaning: 'the token was revoked, for example because the user was banned. Renew it once, then sign in',
    actor: 'client',
    causes: {
      ended: {
        cause: 'The user was banned, deleted or signed out, or a role was taken away.',
        remedy: 'Get a new token. If Torii issues none, the user is banned or signed out.',
      },
      early: {
        cause:
          'The revocation did not say from which moment it counts, so it also refuses tokens of the next 30 seconds.',
        remedy: 'Wait 30 seconds, or pass [the moment](revocation.md#which-moment-counts) to the call: `{ at }`.',
      },
    },
    find: '`torii revocations list` shows what was revoked: a user, an organization, an actor, an environment or one token.',
  },
  token_lifetime_refused: {
    meaning: 'the token lives longer than `maxTokenSeconds` of `createRevocations`',
    actor: 'server',
    causes: {
      setting: {
        cause: 'The environment issues tokens that live longer than revocations are remembered.',
        remedy:
          'If that is right, raise `maxTokenSeconds` on all servers, and TORII_MAX_TOKEN_SECONDS for the command line.',
      },
      template: {
        cause: 'The token was made from a token template with a long lifetime.',
        remedy: 'Send the token of the session, or shorten the lifetime of the template.',
      },
    },
    find: '`torii token decode` shows `iat` and `exp`: the lifetime is the difference.',
  },
  issuer_refused: {
    meaning:
      '`iss` is not an accepted issuer, or [`approve`](issuer-per-tenant.md) did not return it. With `anyVerifier`, also if the verifier of this issuer reads another header or cookie',
    actor: 'server',
    causes: {
      setting: {
        cause: 'The issuer is configured wrong: `http` instead of `https`, another port, `www.`, a path.',
        remedy: 'Write the issuer as in the token. Set TORII_ISSUER to the URL that the dashboard shows.',
      },
      loopback: {
        cause: 'localhost and 127.0.0.1 are different issuers, although both can lead to the emulator.',
        remedy: 'Set TORII_ISSUER to the issuer that the emulator prints.',
      },
      environment: {
        cause: 'The token is from another app or environment, such as the emulator or the sandbox.',
        remedy: 'Use the same Torii environment in the browser and on the server.',
      },
      approve: {
        cause: '`approve` returned `null` or another URL.',
        remedy:
          'Look the issuer up in your records, and return the URL from the record. The event `refused` says what `approve` returned.',
      },
    },
    find: '`torii token why` shows both issuers and how they differ. So does the event `refused`: `detail.actual` and `detail.expected`.',
  },
  audience_refused: {
    meaning:
      'the token is for another server: `aud` is not an accepted audience, or the token has a claim of `refuseClaims`',
    actor: 'either',
    causes: {
      template: {
        cause: 'The token was made from a token template, for a third party.',
        remedy: 'Send the token of the session.',
      },
      setting: {
        cause: 'The token is for this server, but the verifier does not name the audience.',
        remedy: 'Accept this audience with the option `audience`.',
      },
    },
    find: '`torii token decode` shows `aud`. A token without a template has none.',
  },
  environment_refused: {
    meaning: '`pid` is not an accepted environment',
    actor: 'either',
    causes: {
      other: {
        cause: 'The user signed in to another environment: sandbox and production are separate.',
        remedy: 'Sign in to the environment that this app uses.',
      },
      setting: {
        cause:
          'The option `environmentId` names another environment: that of the verifier, or that of `createRevocations`, which refuses the tokens of all others.',
        remedy: 'Accept the environment of the token: set `environmentId` (TORII_ENVIRONMENT_ID) to its `pid`.',
      },
      emulator: {
        cause: 'The emulator was restarted without `--data`, so its environment has a new id.',
        remedy: 'Set TORII_ENVIRONMENT_ID to the id that the emulator prints, or start the app with `torii dev`.',
      },
    },
    find: '`torii token decode` shows `pid`, and `torii whoami token.txt` whose token it is.',
  },
  claim_missing: {
    meaning: 'a required claim is missing',
    actor: 'either',
    causes: {
      required: {
        cause: 'The option `requireClaims` or `audience` requires a claim that this token does not have.',
        remedy: 'Send the token of the session, or add the claim to it in the token template.',
      },
      maker: {
        cause:
          'Every token of Torii has `iss`, `sub`, `pid`, `iat` and `exp`, so the token is from another issuer, or a template removes one.',
        remedy: 'Check whether a token template overwrites the claim, or whether the token is from another issuer.',
      },
    },
    find: 'The event `refused` names the claim: `detail.claim`. So does `torii token why`.',
  },
  claim_malformed: {
    meaning: 'a claim has the wrong type or is ambiguous',
    actor: 'either',
    causes: {
      template: {
        cause: 'A token template sets the claim to a value of another type.',
        remedy: 'Correct the claim in the token template.',
      },
      maker: {
        cause: 'The token is from another issuer.',
        remedy: 'Check whether a token template overwrites the claim, or whether the token is from another issuer.',
      },
    },
    find: 'The event `refused` names the claim: `detail.claim`. So does `torii token why`.',
  },
} as const satisfies Record<string, Entry>;
