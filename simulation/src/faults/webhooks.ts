import type { PlantedFault } from './planted-fault.ts';

const scenario = 'webhooks';
const repeats = 'packages/core/src/webhooks/repeats.ts';
const repeatOptions = 'packages/core/src/webhooks/repeat-options.ts';
const receiver = 'packages/core/src/webhooks/receiver.ts';
const verify = 'packages/core/src/webhooks/verify.ts';
const signature = 'packages/core/src/webhooks/signature.ts';
const body = 'packages/core/src/webhooks/body.ts';
const deadline = 'packages/core/src/time/deadline.ts';

/** Faults of the receiver of webhooks and its store. */
export const webhooksFaults: readonly PlantedFault[] = [
  {
    name: 'a release deletes the lease of another delivery',
    statement: 29,
    scenario,
    changes: [{ file: repeats, from: "if (found?.state === 'claimed' && found.by === by) await", to: 'await' }],
    harm: 'A slow handler that fails lets a third delivery in while the second one works.',
  },
  {
    name: 'an event is looked up once',
    statement: 29,
    scenario,
    changes: [
      { file: repeats, from: '(await this.#read(key)) ?? (await this.#read(key))', to: 'await this.#read(key)' },
    ],
    harm: 'A read error that Keyv hides makes a handled event look new: it is handled twice.',
  },
  {
    name: 'a store that hides its read errors looks empty',
    statement: 29,
    scenario,
    changes: [{ file: repeats, from: 'if (found === undefined && beacon === undefined) {', to: 'if (false) {' }],
    harm: 'While reads fail in silence, handled events are handled again.',
  },
  {
    name: 'a lease is not read back',
    statement: 29,
    scenario,
    changes: [
      {
        file: repeats,
        from: 'const found = await this.#get(key);\n    if (found === undefined)',
        to: "const found = entry.state === 'claimed' ? entry : await this.#get(key);\n    if (found === undefined)",
      },
    ],
    harm: 'Of two simultaneous deliveries, both handle the event.',
  },
  {
    name: 'the lease in memory ends by the wall clock',
    statement: 29,
    scenario,
    changes: [
      {
        file: repeats,
        from: 'function isOver({ since, leaseMs }: Turn): boolean {\n  return steadyMs() - since.steadyMs',
        to: 'function isOver({ since, leaseMs }: Turn): boolean {\n  return wallMs() - since.wallMs',
      },
    ],
    harm: 'A clock that is set forward starts a second handler in the same process, if the store has lost the lease.',
  },
  {
    name: 'the list in memory is left out',
    statement: 29,
    scenario,
    changes: [{ file: repeats, from: 'if (earlier !== undefined && !isOver(earlier)) throw', to: 'if (false) throw' }],
    harm: 'Two deliveries that arrive at once in one process both handle the event.',
  },
  {
    name: 'a turn is not given back after a store error',
    statement: 38,
    scenario,
    changes: [
      {
        file: repeats,
        from: '    } catch (error) {\n      leave();\n      throw error;',
        to: '    } catch (error) {\n      throw error;',
      },
    ],
    harm: 'After a store error the event gets 503 for a whole lease, although no delivery handles it.',
  },
  {
    name: 'a finished event stays in memory',
    statement: 36,
    scenario,
    changes: [{ file: repeats, from: 'this.#keepMs).finally(leave)', to: 'this.#keepMs)' }],
    harm: 'Repeats of a handled event get 503 instead of 200 for a whole lease.',
  },
  {
    name: 'turns that never end are not dropped',
    statement: 36,
    scenario,
    changes: [{ file: repeats, from: 'if (!isOver(turn)) break;', to: 'if (!isOver(turn) || turn) break;' }],
    harm: 'Handlers that hang fill the memory of the process.',
  },
  {
    name: 'the lease counts from before the event was looked up',
    statement: 29,
    scenario,
    changes: [{ file: repeats, from: '    turn.since = instantNow();\n', to: '' }],
    harm: 'A slow lookup shortens the time of the handler, and a second one starts in the same process.',
  },
  {
    name: 'the whole lease may pass before the handler starts',
    statement: 29,
    scenario,
    changes: [{ file: repeats, from: 'this.#leaseMs / 2)', to: 'this.#leaseMs)' }],
    harm: 'The handler starts when its lease is nearly over.',
  },
  {
    name: 'a handled event is remembered for as long as a lease',
    statement: 29,
    scenario,
    changes: [
      {
        file: repeats,
        from: "this.#write(key, { state: 'handled', until: wallMs() + this.#keepMs }, this.#keepMs).finally(leave)",
        to: "this.#write(key, { state: 'handled', until: wallMs() + this.#leaseMs }, this.#leaseMs).finally(leave)",
      },
    ],
    harm: 'A delivery that is replayed after a minute is handled again.',
  },
  {
    name: 'an entry of an unknown format counts as none',
    statement: 29,
    scenario,
    changes: [
      {
        file: repeats,
        from: "if (!isEntry(value)) throw unavailable(new Error('The store returned an entry of an unknown format.'));",
        to: 'if (!isEntry(value)) return undefined;',
      },
    ],
    harm: 'An event whose entry was written by another version is handled twice.',
  },
  {
    name: 'a store may take as long as it wants',
    statement: 38,
    scenario,
    changes: [{ file: repeats, from: 'const storeTimeoutMs = 3_000;', to: 'const storeTimeoutMs = 30_000;' }],
    harm: 'While the store hangs, deliveries wait longer than their sender does.',
  },
  {
    name: 'a store that fails lets deliveries through',
    statement: 38,
    scenario,
    changes: [
      {
        file: receiver,
        from: 'claim = await repeats?.claim(verified.event.id);',
        to: 'claim = await repeats?.claim(verified.event.id).catch(() => undefined);',
      },
    ],
    harm: 'While the store is down, each delivery of an event is handled.',
  },
  {
    name: 'a lease is kept when the handler fails',
    statement: 29,
    scenario,
    changes: [
      {
        file: receiver,
        from: "await claim?.release().catch(() => {});\n      tell({ type: 'failed'",
        to: "tell({ type: 'failed'",
      },
    ],
    harm: 'An event whose handler failed is held back until its lease ends.',
  },
  {
    name: 'an event is marked before it is handled',
    statement: 29,
    scenario,
    changes: [
      {
        file: receiver,
        from: '      await handle?.(event);\n',
        to: '      await claim?.markHandled();\n      await handle?.(event);\n',
      },
    ],
    harm: 'An event whose handler fails or whose process crashes is lost.',
  },
  {
    name: 'a handler that fails is answered with 200',
    statement: 29,
    scenario,
    changes: [{ file: receiver, from: 'throw withoutStatus(error);', to: "return accept('handled');" }],
    harm: 'The sender does not retry, and the event is lost.',
  },
  {
    name: 'an event may be forgotten a second too early',
    statement: 29,
    scenario,
    changes: [{ file: repeatOptions, from: '2 * toleranceSeconds + 1', to: '2 * toleranceSeconds' }],
    harm: 'A recorded delivery can be replayed in the last second of its window.',
  },
  {
    name: 'the window of an old delivery is a second too long',
    statement: 29,
    scenario,
    changes: [{ file: verify, from: 'if (age > toleranceSeconds) {', to: 'if (age > toleranceSeconds + 1) {' }],
    harm: 'A delivery can be replayed when its event may be forgotten.',
  },
  {
    name: 'a delivery from the future is accepted',
    statement: 29,
    scenario,
    changes: [{ file: verify, from: 'if (age < -toleranceSeconds) {', to: 'if (age < -2 * toleranceSeconds) {' }],
    harm: 'A delivery stays valid for longer than its event is remembered.',
  },
  {
    name: 'the age of a delivery is rounded',
    statement: 29,
    scenario,
    changes: [{ file: verify, from: 'Math.floor(wallMs() / 1000)', to: 'Math.round(wallMs() / 1000)' }],
    harm: 'Good deliveries are refused half a second before the end of their window.',
  },
  {
    name: 'only the first listed signature is tried',
    statement: 29,
    scenario,
    changes: [
      {
        file: signature,
        from: 'for (const signature of signatures) {',
        to: 'for (const signature of signatures.slice(0, 1)) {',
      },
    ],
    harm: 'During a rotation of the secret, good deliveries are refused.',
  },
  {
    name: 'only the first secret is tried',
    statement: 29,
    scenario,
    changes: [
      { file: signature, from: 'for (const secret of secrets) {', to: 'for (const secret of secrets.slice(0, 1)) {' },
    ],
    harm: 'During a rotation of the secret, good deliveries are refused.',
  },
  {
    name: 'a body of exactly the limit is refused',
    statement: 29,
    scenario,
    changes: [{ file: body, from: 'if (bytes.length > maxBytes) throw', to: 'if (bytes.length >= maxBytes) throw' }],
    harm: 'The largest events are never accepted.',
  },
  {
    name: 'timers of answered calls go on',
    statement: 36,
    scenario,
    changes: [{ file: deadline, from: '    stopTimer(timer);\n', to: '' }],
    harm: 'Each call of the store leaves a timer behind for three seconds.',
  },
];
