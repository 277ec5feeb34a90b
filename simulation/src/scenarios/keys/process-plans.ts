import fc from 'fast-check';
import { forms, type ProcessPlan, type VerifierPlan } from './plan.ts';
import { near, timeouts, times } from './step-plans.ts';

const { minuteMs, hourMs, dayMs } = times;
const issuerNumber = fc.nat({ max: 2 });

function verifiers(isLegacy: boolean): fc.Arbitrary<VerifierPlan> {
  return fc.record({
    form: isLegacy ? fc.constantFrom(...forms.slice(0, 2)) : fc.constantFrom('verify' as const, ...forms),
    issuer: fc.option(issuerNumber, { freq: 2 }),
    toleranceS: fc.constantFrom(30, 30, 0, 1, 0.5, 300),
    maxStaleS: fc.constantFrom(3_600, 3_600, 0, 299, 300, 301, 360, 600, 86_400),
    timeoutMs: isLegacy ? fc.constant(5_000) : timeouts,
    cachedTokens: fc.constantFrom(5_000, 0, 1, 4, 32),
    environment: fc.option(fc.nat({ max: 1 }), { nil: null, freq: 2 }),
    refusesImpersonated: fc.boolean(),
    file: isLegacy
      ? fc.constant(null)
      : fc.option(
          fc.record({
            ageMs: fc.oneof(
              fc.integer({ min: 0, max: 2 * hourMs }),
              near(dayMs, dayMs - 2 * minuteMs, dayMs - 5 * minuteMs, -hourMs, -2 * hourMs, 0),
            ),
            withdrawn: fc.boolean(),
          }),
          { nil: null, freq: 2 },
        ),
  });
}

const several = (one: fc.Arbitrary<VerifierPlan>): fc.Arbitrary<VerifierPlan[]> =>
  fc.array(one, { minLength: 1, maxLength: 3 });

/** Two that get their options with each call, and differ in one option. */
const twins: fc.Arbitrary<VerifierPlan[]> = fc
  .record({
    first: verifiers(false),
    form: fc.constantFrom('once' as const, 'request once' as const),
    change: fc.constantFrom<Partial<VerifierPlan>>(
      { issuer: 0 },
      { issuer: 1 },
      { environment: 1 },
      { toleranceS: 300 },
      { maxStaleS: 0 },
      { cachedTokens: 5 },
      { refusesImpersonated: true },
    ),
    isLast: fc.boolean(),
  })
  .map(({ first, form, change, isLast }) => {
    const one = { ...first, form, file: null, issuer: null };
    const other = { ...one, ...change };
    return isLast ? [one, other] : [other, one];
  });

/** Processes with verifiers of all kinds of options. `isLegacy`: those of old. */
export function processes(isLegacy: boolean): fc.Arbitrary<ProcessPlan> {
  return fc.record({
    aheadMs: fc.oneof(fc.constant(0), fc.integer({ min: -20_000, max: 20_000 })),
    driftPpm: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -200, max: 200 }) },
    ),
    verifiers: isLegacy
      ? several(verifiers(true))
      : fc.oneof({ weight: 6, arbitrary: several(verifiers(false)) }, { weight: 1, arbitrary: twins }),
    everyMs: fc.constantFrom(20_000, 5_000, 60_000, 130_000, 250_000, 400_000),
    badPercent: fc.constantFrom(0, 0, 10, 60),
    isDeaf: isLegacy ? fc.constant(false) : fc.constantFrom(false, false, true),
  });
}
