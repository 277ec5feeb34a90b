import fc from 'fast-check';
import { pauses } from './pause-plans.ts';
import { type Incident, type Moment, operatorActs, type Step } from './plan.ts';
import { kind, moment, nearMoment, process, revoke, who } from './step-plans.ts';

const after = (at: Moment, steps: readonly Step[]): Incident => ({
  after: at,
  requests: 4,
  steps: steps.map((each, position) => ({ at: { of: 'start', plusMs: position * 300 }, step: each })),
});
export const start = (ms: number): Moment => ({ of: 'start', plusMs: ms });
export const probe: Step = { kind: 'probe', plusSeconds: 0 };
export const ms = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** Two processes revoke at the same time: the same user with different moments, or two users. */
export const raceOf = (isSameUser: boolean): fc.Arbitrary<Incident> =>
  fc.tuple(process, who, fc.nat({ max: 80 }), fc.boolean()).map(([number, user, laterMs, isEarlierFirst]) => {
    const [one, other] = isEarlierFirst ? [0, laterMs] : [laterMs, 0];
    const made = (position: number, plusMs: number): { readonly at: Moment; readonly step: Step } => {
      const common = { kind: 'revoke', subject: 'user', crashesAfterMs: null, repeatsAfterMs: null } as const;
      const at = isSameUser ? -30 * position : 0;
      const step = { ...common, process: number + position, who: user + (isSameUser ? 0 : position), at };
      return { at: { of: 'start', plusMs }, step };
    };
    return { after: { of: 'start', plusMs: 5_000 }, requests: 4, steps: [made(0, one), made(1, other)] };
  });

/** An operator changes the bucket while nothing else happens. */
export const operation: fc.Arbitrary<readonly Incident[]> = fc
  .tuple(fc.array(revoke, { minLength: 2, maxLength: 4 }), fc.constantFrom(...operatorActs), who)
  .map(([made, does, number]) => [
    after(start(1_000), made),
    after(start(90_000), [{ kind: 'operator', does, who: number }]),
    after(start(130_000), [probe]),
  ]);

export const incidentOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<Incident> =>
  fc.record({
    after: fc.oneof(
      { weight: 6, arbitrary: nearMoment },
      { weight: 2, arbitrary: fc.record({ of: kind('start'), plusMs: fc.integer({ min: 0, max: 90_000 }) }) },
      { weight: 1, arbitrary: fc.record({ of: kind('memory'), plusMs: fc.integer({ min: -700_000, max: 400_000 }) }) },
    ),
    requests: fc.oneof(fc.nat({ max: 6 }), fc.nat({ max: 40 })),
    steps: fc.array(fc.record({ at: moment, step }), { minLength: 1, maxLength: 7 }),
  });

/** A server sleeps for more than ten minutes while the store answers, and revokes when it goes on. */
export const longSleep: fc.Arbitrary<readonly Incident[]> = fc
  .tuple(process, ms(700_000, 3_400_000), ms(2, 30), ms(1, 12))
  .map(([number, forMs, afterNewsMs, laterMs]) => {
    const freeze = { kind: 'freeze', process: number, for: start(forMs), afterNewsMs, meanwhile: 'nothing' } as const;
    const made = { kind: 'revoke', process: number, subject: 'user', who: 2, at: null } as const;
    const revocation: Step = { ...made, crashesAfterMs: null, repeatsAfterMs: null };
    return [
      {
        after: start(30_000),
        requests: 4,
        steps: [
          { at: start(0), step: probe },
          { at: start(300), step: { ...freeze, stopsSteadyClock: true } },
          { at: start(300 + afterNewsMs + forMs + laterMs), step: revocation },
        ],
      },
    ];
  });

/** What takes several steps that seldom come together by chance. */
const story: fc.Arbitrary<readonly Incident[]> = fc.oneof(
  // A revocation that the store refuses for long.
  fc
    .tuple(revoke, fc.constantFrom('readonly', 'oom', 'down', 'hangs'), ms(100_000, 700_000))
    .map(([made, mode, forMs]) => [
      after(start(1_000), [{ kind: 'store', mode, for: start(forMs), delayMs: 0 }, made, probe]),
      after(start(64_000), [probe]),
    ]),
  // Entries that are almost over, and others that are not.
  fc
    .tuple(
      fc.array(revoke, { minLength: 2, maxLength: 5 }),
      revoke,
      ms(-400_000, -60_000),
      ms(30_000, 130_000),
      process,
    )
    .map(([early, late, plusMs, endMs, crashes]) => [
      after(start(1_000), early),
      after({ of: 'memory', plusMs }, [late, ...early.slice(0, 2)]),
      after(start(-plusMs + endMs), [probe, { kind: 'crash', process: crashes, restartAfterMs: 100 }, probe, probe]),
    ]),
  // A server that starts while tokens of before the ban are still accepted.
  fc
    .tuple(revoke, ms(20_000, 400_000), process)
    .map(([made, afterMs, crashes]) => [
      after(start(1_000), [made, probe]),
      after(start(afterMs), [{ kind: 'crash', process: crashes, restartAfterMs: 100 }]),
      after(start(100), [probe, probe, probe, probe, probe, probe, probe]),
    ]),
  // A server that is paused again and again.
  fc
    .tuple(ms(5_000, 40_000), moment, fc.boolean(), process, fc.boolean())
    .map(([pauseMs, first, stopsSteadyClock, number, losesLink]) =>
      [first, start(pauseMs), first].map((forMoment) =>
        after(start(pauseMs), [
          ...(losesLink ? [{ kind: 'link', process: number, for: start(400), link: 'lost' } as const] : []),
          { kind: 'freeze', process: number, for: forMoment, stopsSteadyClock, afterNewsMs: null, meanwhile: 'revoke' },
        ]),
      ),
    ),
  // A socket, and a revocation of its user or of the one who impersonates that user.
  fc
    .tuple(process, process, fc.constantFrom('user', 'user', 'impersonator', 'member'), fc.boolean(), fc.boolean())
    .map(([one, other, subject, isActor, idles]) => {
      const who = subject === 'impersonator' || isActor ? 4 : 1;
      const socket = { kind: 'socket', who: 1, actor: 4, lifeSeconds: 60 } as const;
      const made = { kind: 'revoke', who, at: 0, crashesAfterMs: null, repeatsAfterMs: null } as const;
      return [
        after(start(29_000), [
          { ...socket, process: one, idlesMs: idles ? 2_000 : 0 },
          { ...made, process: other, subject },
        ]),
      ];
    }),
  // Sockets are opened in an outage, after a wrong clock was corrected.
  fc.tuple(process, ms(50, 2_000), ms(2_000, 9_000)).map(([number, oneMs, otherMs]) => {
    const outage: Step = { kind: 'store', mode: 'down', for: start(25_000), delayMs: 0 };
    const clock: Step = { kind: 'clock', process: number, byMs: 600_000, backAfterMs: 3_000 };
    const socket: Step = { kind: 'socket', process: number, who: 1, actor: null, lifeSeconds: 60, idlesMs: 0 };
    const times: readonly (readonly [number, Step])[] = [
      [0, outage],
      [500, clock],
      [3_500 + oneMs, socket],
      [3_500 + otherMs, socket],
    ];
    return [{ after: start(8_000), requests: 4, steps: times.map(([atMs, step]) => ({ at: start(atMs), step })) }];
  }),
  // A user is revoked again, with a later moment, while the first revocation is on its way, and the store refuses the second.
  fc
    .tuple(process, who, ms(1, 20), ms(2, 60), fc.constantFrom('readonly' as const, 'oom' as const, 'down' as const))
    .map(([number, user, laterMs, endsMs, mode]) => {
      const made = { kind: 'revoke', process: number, subject: 'user', who: user } as const;
      const once = { crashesAfterMs: null, repeatsAfterMs: null };
      const refusal: Step = { kind: 'store', mode, for: start(8_000), delayMs: 0 };
      return [
        {
          after: start(5_000),
          requests: 4,
          steps: [
            { at: start(0), step: { ...made, ...once, at: -30 } },
            { at: start(laterMs), step: { ...made, ...once, at: 0 } },
            { at: start(endsMs), step: refusal },
          ],
        },
      ];
    }),
  // Some revocations at once, between two requests with the same token.
  fc.tuple(process, fc.constantFrom(7, 8, 9, 10, 110)).map(([number, count]) => [
    { ...after(start(500), [probe]), requests: 12 },
    { ...after(start(200), [{ kind: 'many', process: number, count, at: 0 }, probe]), requests: 20 },
  ]),
);

export const incidentsOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<readonly Incident[]> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.array(incidentOf(step), { minLength: 1, maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.array(incidentOf(step), { maxLength: 1 }), story).map((parts) => parts.flat()),
    },
    { weight: 1, arbitrary: pauses },
  );
