import type { WebhookReason } from '@torii/core/webhooks';
import type { Entry } from './entry.ts';

export interface WebhookEntry extends Entry {
  readonly status: 400 | 413 | 500 | 503;
}

const notTorii = {
  cause: 'The request is not a delivery of Torii, but for example a health check or a scan.',
  remedy: 'Do nothing: it was refused.',
};

/** Why a webhook delivery was not handled. */
export const webhookRefusals = {
  header_missing: {
    status: 400,
    meaning: 'a header of a delivery is missing',
    actor: 'either',
    causes: {
      other: notTorii,
      removed: {
        cause: 'A proxy or gateway removed `webhook-id`, `webhook-timestamp` or `webhook-signature`.',
        remedy: 'Let it pass all headers that begin with `webhook-`.',
      },
      passed: {
        cause: 'Your code passes an object without the headers to `verifyWebhook` or `receive`.',
        remedy: 'Pass the headers of the request, or the request itself.',
      },
    },
    find: 'The message names the header.',
  },
  header_malformed: {
    status: 400,
    meaning: 'a header was sent twice, is too long or cannot be read',
    actor: 'either',
    causes: {
      other: notTorii,
      twice: {
        cause: 'A proxy added the header a second time.',
        remedy: 'Let it pass the header once.',
      },
    },
    find: 'The message names the header and what is wrong with it.',
  },
  timestamp_too_old: {
    status: 400,
    meaning: 'the delivery is older than `toleranceSeconds`. Check the clock',
    actor: 'server',
    causes: {
      clock: { cause: 'The clock of this server is ahead.', remedy: 'Set the clock by NTP.' },
      late: {
        cause: 'A queue or proxy kept the delivery longer than five minutes.',
        remedy: 'Verify the delivery when it arrives, and put the event into the queue.',
      },
      replay: {
        cause: 'Someone sends a recorded delivery again (replay), or you repeat one by hand.',
        remedy:
          'Do nothing: it was refused. To try your handler, send a new event with [the emulator](../packages/emulator/README.md).',
      },
    },
    find: 'Compare `webhook-timestamp` (seconds since 1970) with `date +%s` on the server. `torii doctor` compares the clocks.',
  },
  timestamp_too_new: {
    status: 400,
    meaning: 'the delivery is from the future. Check the clock',
    actor: 'server',
    causes: {
      clock: { cause: 'The clock of this server is behind.', remedy: 'Set the clock by NTP.' },
      milliseconds: {
        cause: 'A test signs with milliseconds instead of seconds.',
        remedy: 'Write `Math.floor(Date.now() / 1000)`.',
      },
    },
    find: 'Compare `webhook-timestamp` (seconds since 1970) with `date +%s` on the server. `torii doctor` compares the clocks.',
  },
  signature_invalid: {
    status: 400,
    meaning: 'no signature matches: the secret is another one, or the body was changed',
    actor: 'server',
    causes: {
      secret: {
        cause: 'The secret is that of another webhook or environment, or of the emulator.',
        remedy:
          'Copy the secret of this webhook from the dashboard. While you replace it, [pass both](webhooks.md#replace-a-secret).',
      },
      emulator: {
        cause: 'The emulator was restarted without `--data` or `--webhook-secret`, so it has a new secret.',
        remedy: 'Copy the secret that it prints, or start the app with `torii dev`.',
      },
      body: {
        cause: 'The body was parsed and written again, or changed by a proxy.',
        remedy: 'Pass [the raw body](webhooks.md#the-raw-body).',
      },
      forged: { cause: 'Torii did not send it.', remedy: 'Do nothing: it was refused.' },
    },
    find: 'If every delivery is refused, it is the secret. If only some are, for example those with accents, it is the body.',
  },
  payload_too_large: {
    status: 413,
    meaning: 'the body is larger than `maxBytes`',
    actor: 'server',
    causes: {
      limit: { cause: 'The event is larger than 1 MiB, or `maxBytes` is smaller.', remedy: 'Raise `maxBytes`.' },
      other: notTorii,
    },
  },
  payload_incomplete: {
    status: 400,
    meaning: 'the connection broke before the body was complete',
    actor: 'wait',
    causes: {
      network: {
        cause: 'The sender or a proxy closed the connection.',
        remedy: 'If it happens often, look at the timeouts of the proxy.',
      },
    },
  },
  payload_malformed: {
    status: 400,
    meaning: 'the body is signed, but is not UTF-8, not JSON or not an event',
    actor: 'torii',
    causes: {
      format: {
        cause: 'Torii has changed the format.',
        remedy: 'Update the packages of Torii, or report it.',
      },
      test: {
        cause: 'A test signs a body without `id`, `type`, `created_at` or `data`.',
        remedy: 'Write [all four](webhooks.md#format-of-a-delivery).',
      },
    },
    find: 'The message says what is wrong with the body.',
  },
  id_mismatch: {
    status: 400,
    meaning: 'the ids in the body and in the header differ',
    actor: 'torii',
    causes: {
      test: { cause: 'A test uses two ids.', remedy: 'Use one id in the header and in the body.' },
      sender: { cause: 'The sender made a mistake.', remedy: 'Report it.' },
    },
  },
  in_progress: {
    status: 503,
    meaning: 'another delivery of this event is being handled',
    actor: 'wait',
    causes: {
      slow: {
        cause: 'Your handler needs longer than the sender waits, so it sends the event again.',
        remedy: 'Put the event into a queue and return.',
      },
      ended: {
        cause: 'A process ended while it handled the event. Its lease lasts for `leaseSeconds`.',
        remedy: 'Do nothing: the next delivery is handled.',
      },
    },
    find: 'Measure how long your handler takes.',
  },
  store_unavailable: {
    status: 503,
    meaning: 'the store does not answer',
    actor: 'wait',
    causes: {
      down: {
        cause: 'The store of handled events is down, or cannot be reached.',
        remedy: 'Bring it back. Torii sends the event again.',
      },
      slow: {
        cause: 'It took longer than three seconds, or than half of `leaseSeconds`.',
        remedy: 'Use a store that is near, or raise `leaseSeconds`.',
      },
    },
    find: 'The `cause` of the error says what the store answered.',
  },
  revocations_unavailable: {
    status: 503,
    meaning:
      "the event revokes a user's tokens, but your other servers could not be told. [More](webhooks.md#revoke-tokens)",
    actor: 'wait',
    causes: {
      store: {
        cause: 'The store of the revocations is down, or cannot be reached within ten seconds.',
        remedy: 'Bring it back. Torii sends the event again.',
      },
    },
    find: 'The `cause` of the error, and `revocations.health()`.',
  },
  handler_failed: {
    status: 500,
    meaning: 'your handler threw a value that is not an error, or an error that has a status; `cause` holds it',
    actor: 'server',
    causes: {
      missing: {
        cause: 'A call of Torii’s API in the handler failed, for example because the user does not exist (404).',
        remedy: 'Catch it in the handler. If you return, the event counts as handled.',
      },
      next: {
        cause: 'The handler called `notFound()` or `redirect()` of Next.js.',
        remedy: 'Return from the handler instead.',
      },
    },
    find: 'Log `error.cause`.',
  },
} satisfies Record<WebhookReason, WebhookEntry>;
