import type { PlantedFault } from './planted-fault.ts';

const scenario = 'webhooks';
const repeats = 'packages/core/src/webhooks/repeats.ts';
const receiver = 'packages/core/src/webhooks/receiver.ts';
const verify = 'packages/core/src/webhooks/verify.ts';
const body = 'packages/core/src/webhooks/body.ts';
const outages = 'packages/core/src/stores/outages.ts';

/** Faults at the edges of a receiver: its memory, bodies, listener, handler, and the connections of its store. */
export const webhookEdgesFaults: readonly PlantedFault[] = [
  {
    name: 'a store that hides its errors is believed after a write',
    statement: 29,
    scenario,
    changes: [
      { file: repeats, from: 'if (found === undefined && beacon === undefined) throw unavailable(lost());', to: '' },
    ],
    harm: 'While most reads fail in silence, handled events are handled again.',
  },
  {
    name: 'all leases of a process have one name',
    statement: 29,
    scenario,
    changes: [
      { file: repeats, from: '    const by = randomId();\n', to: '    const by = (this.#by ??= randomId());\n' },
      {
        file: repeats,
        from: '  readonly #keepMs: number;\n',
        to: '  readonly #keepMs: number;\n  #by: string | undefined;\n',
      },
    ],
    harm: 'A slow handler that fails gives up the lease of a later delivery of its process.',
  },
  {
    name: 'a turn is ended by a delivery that has lost it',
    statement: 29,
    scenario,
    changes: [
      { file: repeats, from: 'if (this.#here.get(id) === turn) this.#here.delete(id);', to: 'this.#here.delete(id);' },
    ],
    harm: 'Two deliveries handle an event at the same time in one process.',
  },
  {
    name: 'an entry whose end is missing counts as none',
    statement: 29,
    scenario,
    changes: [{ file: repeats, from: "&& typeof until === 'number';", to: ';' }],
    harm: 'An event whose entry was written by another version is handled twice.',
  },
  {
    name: 'memory keeps all events',
    statement: 36,
    scenario,
    changes: [
      {
        file: 'packages/core/src/webhooks/memory-store.ts',
        from: 'if (this.#entries.size <= maxEvents) break;',
        to: 'break;',
      },
    ],
    harm: 'The memory of a server grows with each event.',
  },
  {
    name: 'memory forgets an event early',
    statement: 29,
    scenario,
    changes: [
      { file: 'packages/core/src/webhooks/memory-store.ts', from: 'maxEvents = 100_000;', to: 'maxEvents = 10_000;' },
    ],
    harm: 'After a burst of events, a delivery can be replayed.',
  },
  {
    name: 'an empty piece of a body is free',
    statement: 36,
    scenario,
    changes: [{ file: body, from: 'bytes.length || emptyChunkBytes', to: 'bytes.length' }],
    harm: 'A body of empty pieces is read for ever.',
  },
  {
    name: 'the body is not copied',
    statement: 29,
    scenario,
    changes: [{ file: body, from: 'return new Uint8Array(bytes);', to: 'return bytes;' }],
    harm: 'A buffer that the server uses again is not what was signed.',
  },
  {
    name: 'the body is read before the headers are looked at',
    statement: 36,
    scenario,
    changes: [
      {
        file: verify,
        from: '  const signed = readSignedHeaders(request);\n',
        to: '  const body = await readPayload(findBody(), maxBytes);\n  const signed = readSignedHeaders(request);\n',
      },
      { file: verify, from: '  const body = await readPayload(findBody(), maxBytes);\n  if', to: '  if' },
    ],
    harm: 'Whoever finds the URL makes the server hold large bodies.',
  },
  {
    name: 'an error of a store that is a text ends the process',
    statement: 38,
    scenario,
    changes: [
      { file: outages, from: '(!isObject(emitted) || causeOf(error) === emitted)', to: 'causeOf(error) === emitted' },
    ],
    harm: 'A store that goes away ends the process.',
  },
  {
    name: 'connections of a store are left alone',
    statement: 38,
    scenario,
    changes: [
      { file: outages, from: 'if (part !== below && isEmitter(part)', to: 'if (part === below && isEmitter(part)' },
    ],
    harm: 'A store that goes away ends the process.',
  },
  {
    name: 'errors of the listener are not caught',
    statement: 38,
    scenario,
    changes: [
      {
        file: receiver,
        from: "emitterFor(readFunction<WebhookReceiverEventListener>(given, 'onEvent'))",
        to: "readFunction<WebhookReceiverEventListener>(given, 'onEvent') ?? (() => {})",
      },
    ],
    harm: 'A log that is down fails deliveries, or ends the process.',
  },
  {
    name: 'the status of an error in the handler is kept',
    statement: 29,
    scenario,
    changes: [
      {
        file: 'packages/core/src/webhooks/handler.ts',
        from: 'if (isPlain(error)) return error;',
        to: 'if (isPlain(error) || error instanceof Error) return error;',
      },
    ],
    harm: 'Torii gets 404 and gives up the webhook, because the handler did not find a user.',
  },
];
