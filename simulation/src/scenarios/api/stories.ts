import fc from 'fast-check';
import { failures } from './failures.ts';
import { type Behaviour, type CallStep, type Incident, incidentMs, type OperationName } from './plan.ts';
import { behaviours, calls, feedFaults, retryAfters } from './steps.ts';

// Incidents that combine faults in ways that random plans rarely produce.

/** The server answers the requests of the incident with these behaviors, in this order. */
function faultOf(steps: readonly Behaviour[]): Incident['faults'] {
  return [{ fromMs: 0, forMs: incidentMs, steps }];
}

function callsOf(operations: readonly OperationName[], leastRetries: number): fc.Arbitrary<CallStep> {
  return fc
    .record({
      step: calls,
      atMs: fc.nat({ max: 500 }),
      operation: fc.constantFrom(...operations),
      target: fc.nat({ max: 6 }),
      count: fc.constantFrom(1, 1, 2),
      maxRetries: fc.integer({ min: leastRetries, max: 10 }),
      timeoutMs: fc.constantFrom(null, 5_000, 30_000, 60_000),
      abortAfterMs: fc.constantFrom(null, null, null, 300),
    })
    .map(({ step, ...rest }) => ({ ...step, ...rest }));
}

const temporary: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.record({
    kind: fc.constant('error' as const),
    status: fc.constantFrom(500, 502, 503, 504),
    works: fc.boolean(),
    retryAfter: fc.constant(null),
    body: fc.constantFrom('problem' as const, 'html' as const, 'empty' as const, 'echo' as const),
    afterMs: fc.constant(0),
    end: fc.constant('whole' as const),
  }),
  fc.record({
    kind: fc.constant('error' as const),
    status: fc.constantFrom(408, 429),
    works: fc.constant(false),
    retryAfter: fc.option(retryAfters, { freq: 4 }),
    body: fc.constant('problem' as const),
    afterMs: fc.constant(0),
    end: fc.constant('whole' as const),
  }),
  fc.record({ kind: fc.constant('reset' as const), works: fc.boolean() }),
  fc.record({
    kind: fc.constant('failure' as const),
    number: fc.nat({ max: failures.length - 1 }),
    works: fc.boolean(),
    afterMs: fc.constant(0),
  }),
);

const forbidden: Behaviour = {
  kind: 'error',
  status: 403,
  works: false,
  retryAfter: null,
  body: 'problem',
  afterMs: 0,
  end: 'whole',
};
const good: Behaviour = { kind: 'answer', afterMs: 0, end: 'whole' };

function story(steps: fc.Arbitrary<readonly Behaviour[]>, step: fc.Arbitrary<CallStep>): fc.Arbitrary<Incident> {
  return fc.record({
    gapMs: fc.nat({ max: 10_000 }),
    faults: steps.map(faultOf),
    calls: fc.array(step, { minLength: 1, maxLength: 4 }),
    disturbances: fc.constant([]),
    feed: fc.constant([]),
  });
}

/** A deletion fails up to three times, and is then carried out or refused with 403. */
const deletions = story(
  fc
    .tuple(fc.array(temporary, { maxLength: 3 }), fc.boolean())
    .map(([steps, isForeign]) => [...steps, isForeign ? forbidden : good]),
  callsOf(['delete'], 1),
);

/** A call that must not be repeated if its request may have arrived. */
const creations = story(
  fc.array(temporary, { minLength: 1, maxLength: 4 }).map((steps) => [...steps, good]),
  callsOf(['create', 'invite', 'resend', 'impersonate', 'raw post', 'raw patch'], 1),
);

/** The API is down for long, so that the delays grow. */
const longOutages = story(
  fc
    .array(temporary, { minLength: 1, maxLength: 2 })
    .map((steps) => [...steps, ...steps, ...steps, ...steps, ...steps]),
  callsOf(['get', 'update', 'ban', 'list', 'raw get'], 5),
);

/** Responses that quote the request, or hold a secret and cannot be used. */
const quotes = story(
  fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('error' as const),
        status: fc.constantFrom(400, 409, 422, 500, 502, 503),
        works: fc.boolean(),
        retryAfter: fc.constant(null),
        body: fc.constant('echo' as const),
        afterMs: fc.constant(0),
        end: fc.constant('whole' as const),
      }),
      fc.constant({ kind: 'half' as const }),
      behaviours,
    ),
    { minLength: 1, maxLength: 3 },
  ),
  callsOf(['impersonate', 'create', 'raw post', 'get'], 0),
);

/** A wait that ends about when the time limit does. */
const edges: fc.Arbitrary<Incident> = fc
  .record({
    seconds: fc.integer({ min: 1, max: 20 }),
    beyondMs: fc.oneof(fc.integer({ min: -3, max: 300 }), fc.constant(0)),
    step: callsOf(['get', 'update', 'delete'], 1),
    freezeAtMs: fc.nat({ max: 30_000 }),
    freezeMs: fc.option(fc.nat({ max: 20_000 }), { freq: 2 }),
    stopsSteadyClock: fc.boolean(),
  })
  .map(({ seconds, beyondMs, step, freezeAtMs, freezeMs, stopsSteadyClock }) => {
    const retryAfter = { kind: 'seconds', seconds } as const;
    const timeoutMs = seconds * 1000 + beyondMs;
    const busy = { ...forbidden, status: 503, retryAfter };
    const atMs = step.atMs + (freezeAtMs % (timeoutMs + 500));
    const { process } = step;
    return {
      gapMs: 0,
      faults: faultOf([busy, good]),
      calls: [{ ...step, timeoutMs }],
      feed: [],
      disturbances: freezeMs === null ? [] : [{ kind: 'freeze', process, atMs, forMs: freezeMs, stopsSteadyClock }],
    };
  });

/** A list grows and shrinks while it is read, or its server repeats a cursor. */
const lists: fc.Arbitrary<Incident> = fc
  .record({
    readers: fc.array(callsOf(['iterate', 'pages'], 2), { minLength: 1, maxLength: 2 }),
    writers: fc.array(callsOf(['create', 'delete'], 0), { maxLength: 3 }),
    pauseMs: fc.nat({ max: 100 }),
    repeatsFromMs: fc.option(fc.nat({ max: 3_000 }), { freq: 2 }),
    back: fc.nat({ max: 3 }),
    abortAfterMs: fc.option(fc.nat({ max: 400 }), { freq: 2 }),
  })
  .map(({ readers, writers, pauseMs, repeatsFromMs, back, abortAfterMs }) => ({
    gapMs: 0,
    faults:
      repeatsFromMs === null
        ? []
        : [{ fromMs: repeatsFromMs, forMs: incidentMs, steps: [{ kind: 'repeated cursor', back }] }],
    calls: [...readers.map((step) => ({ ...step, pauseMs, abortAfterMs, stopAfter: null })), ...writers],
    disturbances: [],
    feed: [],
  }));

/** Calls that revoke tokens, while the feed that announces them fails. */
const announcements: fc.Arbitrary<Incident> = fc
  .record({
    steps: fc.array(fc.oneof(fc.constant(good), temporary, temporary), { minLength: 1, maxLength: 3 }),
    calls: fc.array(
      fc
        .tuple(
          callsOf(['ban', 'delete', 'revoke all', 'revoke one'], 1),
          fc.constantFrom(null, null, 100, 2_000, 4_900, 6_000, 20_000),
          fc.nat({ max: 10_000 }),
        )
        .map(([step, abortAfterMs, announcesAfterMs]) => ({ ...step, abortAfterMs, announcesAfterMs })),
      { minLength: 1, maxLength: 3 },
    ),
    feed: feedFaults,
    freeze: fc.option(
      fc.record({ atMs: fc.nat({ max: 7_000 }), forMs: fc.nat({ max: 20_000 }), stopsSteadyClock: fc.boolean() }),
      { freq: 3 },
    ),
  })
  .map(({ steps, freeze, ...rest }) => ({
    ...rest,
    gapMs: 0,
    faults: faultOf([...steps, good]),
    disturbances: freeze === null ? [] : [{ kind: 'freeze', process: 0, ...freeze }],
  }));

export const stories: fc.Arbitrary<Incident> = fc.oneof(
  deletions,
  creations,
  longOutages,
  quotes,
  edges,
  lists,
  announcements,
);
