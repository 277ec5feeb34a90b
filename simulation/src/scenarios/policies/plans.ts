import fc from 'fast-check';
import { listenerEnds } from '../../world/listener.ts';
import { connections, silentConnection } from '../../world/store-connection.ts';
import { type DocumentPlan, entries, roleNames } from './documents.ts';
import type { Incident, PoliciesPlan, Step } from './plan.ts';
import { moment, quietStep, step } from './step-plans.ts';

const incidentOf = (steps: fc.Arbitrary<Step>): fc.Arbitrary<Incident> =>
  fc.record({
    afterMs: fc.oneof(fc.nat({ max: 10_000 }), fc.nat({ max: 4 * 3_600_000 })),
    requests: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 150 })),
    steps: fc.array(fc.record({ at: moment, step: steps }), { minLength: 1, maxLength: 7 }),
  });

const version: fc.Arbitrary<DocumentPlan> = fc.record({
  lastUpdate: fc.option(fc.nat({ max: 3 }), { freq: 4 }),
  roles: fc.uniqueArray(
    fc.tuple(
      fc.nat({ max: roleNames.length - 1 }),
      fc.option<readonly number[]>(fc.uniqueArray(fc.nat({ max: entries.length - 1 }), { maxLength: 5 }), { freq: 12 }),
    ),
    { maxLength: 5, selector: ([role]) => role },
  ),
  form: fc.constantFrom('object', 'object', 'text', 'text with a byte order mark'),
  junk: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 150),
});

const options: fc.Arbitrary<{ readonly refreshMs: number; readonly timeoutMs: number }> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ refreshMs: 5_000, timeoutMs: 2_000 }) },
  {
    weight: 4,
    arbitrary: fc.record({
      refreshMs: fc.constantFrom(200, 1_000, 2_000, 5_000, 60_000, 3_600_000),
      timeoutMs: fc.constantFrom(1, 50, 100, 500, 1_000, 2_000, 5_000, 60_000),
    }),
  },
);

export const plans: fc.Arbitrary<PoliciesPlan> = fc
  .record({
    options,
    source: fc.constantFrom('function', 'function', 'store', 'store', 'memory'),
    connection: connections,
    impersonation: fc.constantFrom('refuse', 'refuse', 'audit'),
    listener: listenerEnds,
    processes: fc.oneof({ weight: 12, arbitrary: fleetOf(1, 1) }, { weight: 6, arbitrary: fleetOf(2, 5) }),
    documents: fc.oneof(
      { weight: 3, arbitrary: fc.tuple(versions()) },
      { weight: 1, arbitrary: fc.tuple(versions(), versions()) },
    ),
    incidents: fc.array(incidentOf(step), { minLength: 1, maxLength: 5 }),
  })
  .map(({ options: { refreshMs, timeoutMs }, ...rest }) => ({ refreshMs, timeoutMs, ...rest }));

/**
 * Plans in which only pauses of the processes can keep a read from succeeding. For the commit before pauses were handled, which
 * differs in much else.
 */
export const plansOfPauses: fc.Arbitrary<PoliciesPlan> = fc.record({
  refreshMs: fc.constant(5_000),
  timeoutMs: fc.constant(2_000),
  source: fc.constant('function'),
  connection: fc.constant(silentConnection),
  impersonation: fc.constant('refuse'),
  listener: fc.constant('returns'),
  processes: fc.oneof(fleetOf(1, 1), fleetOf(2, 5)),
  documents: fc.tuple(versions()),
  incidents: fc.array(incidentOf(quietStep), { minLength: 1, maxLength: 5 }),
});

function fleetOf(minLength: number, maxLength: number): fc.Arbitrary<PoliciesPlan['processes']> {
  const driftPpm = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: -500, max: 500 }) },
  );
  const aheadMs = fc.oneof(fc.constant(0), fc.integer({ min: -60_000, max: 60_000 }));
  return fc.array(fc.record({ driftPpm, aheadMs }), { minLength, maxLength });
}

function versions(): fc.Arbitrary<readonly DocumentPlan[]> {
  return fc.array(version, { minLength: 2, maxLength: 5 });
}
