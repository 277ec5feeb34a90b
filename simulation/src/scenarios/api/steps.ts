import fc from 'fast-check';
import { spans } from '../../world/fleet.ts';
import { failures } from './failures.ts';
import {
  type Behaviour,
  type BodyEnd,
  type CallStep,
  type Fault,
  type FeedFault,
  incidentMs,
  operationNames,
  type RetryAfter,
} from './plan.ts';

const end: fc.Arbitrary<BodyEnd> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<BodyEnd>('whole') },
  { weight: 3, arbitrary: fc.constantFrom<BodyEnd>('cut', 'slow', 'never') },
);

const afterMs = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.nat({ max: 3_000 }) },
  { weight: 1, arbitrary: fc.nat({ max: 40_000 }) },
);

export const retryAfters: fc.Arbitrary<RetryAfter> = fc.oneof(
  fc.record({
    kind: fc.constant('seconds' as const),
    seconds: fc.oneof(
      fc.constantFrom(0, 1, 2, 3, 5, 10, 29, 30, 31, 60, 3_599, 3_600, 86_399, 86_400, 86_401, 1e9, 1e21),
      fc.nat({ max: 40 }),
    ),
  }),
  fc.record({
    kind: fc.constant('date' as const),
    form: fc.constantFrom('imf' as const, 'rfc850' as const, 'asctime' as const),
    aheadSeconds: fc.oneof(
      fc.integer({ min: -3, max: 35 }),
      fc.constantFrom(-86_400, -1, 0, 1, 60, 3_600, 86_400, 86_401, 1e9, -1e9),
    ),
    isDated: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('text' as const),
    text: fc.constantFrom(
      '-5',
      'soon',
      '1e9',
      '3.5',
      '',
      '0x10',
      'Foo, 99 Bar 2026 00:00:00 GMT',
      '2026-01-05',
      '+4',
      '5 s',
    ),
  }),
);

const errors: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.record({
    kind: fc.constant('error' as const),
    status: fc.constantFrom(500, 502, 503, 504),
    works: fc.boolean(),
    retryAfter: fc.option(retryAfters, { freq: 2 }),
    body: fc.constantFrom('problem' as const, 'html' as const, 'empty' as const, 'echo' as const),
    afterMs,
    end,
  }),
  fc.record({
    kind: fc.constant('error' as const),
    status: fc.constantFrom(408, 429, 429, 400, 401, 403, 403, 404, 409, 422, 501),
    works: fc.constant(false),
    retryAfter: fc.option(retryAfters, { freq: 2 }),
    body: fc.constantFrom('problem' as const, 'html' as const, 'empty' as const, 'echo' as const),
    afterMs,
    end,
  }),
);

const garbage = [
  '',
  '<!doctype html>',
  '{',
  '[]',
  'null',
  '{"id":1}',
  '{"items":[],"hasMore":true}',
  '"text"',
  '{"items":{},"hasMore":false}',
  '{"items":[],"hasMore":false,"nextCursor":"after-1"}',
  '{"items":{}}',
];

export const behaviours: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), afterMs, end }) },
  { weight: 8, arbitrary: errors },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hang' as const), works: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'half' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reset' as const), works: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('garbage' as const),
      works: fc.boolean(),
      text: fc.constantFrom(...garbage),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('redirect' as const),
      status: fc.constantFrom(300, 301, 302, 303, 304, 307, 308),
      isForeign: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('failure' as const),
      number: fc.nat({ max: failures.length - 1 }),
      works: fc.boolean(),
      afterMs,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeated cursor' as const), back: fc.nat({ max: 3 }) }) },
);

export const faults: fc.Arbitrary<Fault> = fc.record({
  fromMs: fc.oneof(fc.constant(0), fc.nat({ max: 2_000 }), fc.nat({ max: incidentMs })),
  forMs: spans(incidentMs),
  steps: fc.array(behaviours, { minLength: 1, maxLength: 4 }),
});

export const feedFaults: fc.Arbitrary<readonly FeedFault[]> = fc.array(
  fc.record({
    fromMs: fc.oneof(fc.constant(0), fc.nat({ max: 3_000 })),
    forMs: spans(incidentMs),
    mode: fc.constantFrom<FeedFault['mode'][]>('fails', 'throws', 'hangs', 'slow', 'too slow'),
  }),
  { maxLength: 2 },
);

export const limits = {
  timeoutMs: fc.option(
    fc.oneof(
      fc.constantFrom(1, 100, 1_000, 2_000, 10_000, 30_000, 60_000, 3_600_000),
      fc.integer({ min: 1, max: 5_000 }),
    ),
    { freq: 2 },
  ),
  maxRetries: fc.option(fc.oneof(fc.constantFrom(0, 1, 2, 3, 10), fc.nat({ max: 10 })), { freq: 2 }),
};

const callRecords: fc.Arbitrary<CallStep> = fc.record({
  atMs: fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 3_000 }), fc.nat({ max: incidentMs })),
  process: fc.nat({ max: 3 }),
  operation: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...operationNames) },
    { weight: 3, arbitrary: fc.constantFrom('get' as const, 'create' as const, 'delete' as const) },
    { weight: 1, arbitrary: fc.constantFrom('iterate' as const, 'pages' as const) },
  ),
  target: fc.nat({ max: 40 }),
  count: fc.oneof(
    { weight: 12, arbitrary: fc.constant(1) },
    { weight: 3, arbitrary: fc.integer({ min: 2, max: 12 }) },
    { weight: 1, arbitrary: fc.constantFrom(50, 100) },
  ),
  everyMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 300 }) }),
  ...limits,
  abortAfterMs: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    {
      weight: 2,
      arbitrary: fc.oneof(fc.integer({ min: -1, max: 60 }), fc.nat({ max: 1_000 }), fc.nat({ max: 30_000 })),
    },
  ),
  hasSignal: fc.boolean(),
  sharesSignal: fc.boolean(),
  pauseMs: fc.oneof(fc.constant(0), fc.nat({ max: 200 })),
  stopAfter: fc.option(fc.nat({ max: 12 }), { freq: 2 }),
  isResumed: fc.boolean(),
  announcesAfterMs: fc.option(fc.nat({ max: 10_000 }), { freq: 3 }),
});

// A burst of loops over many pages would take seconds of real time.
export const calls = callRecords.map((step) =>
  step.operation === 'iterate' || step.operation === 'pages' ? { ...step, count: Math.min(step.count, 3) } : step,
);
