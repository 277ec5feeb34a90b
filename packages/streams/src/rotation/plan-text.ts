import type { Intent, NextStep, RotationStep } from './step.ts';

const order: readonly RotationStep[] = ['begin', 'drain', 'flip', 'confirm', 'done'];

/** A plan for people: what is done, what comes next, and what it costs. */
export function describeRotation(
  { slotName, from, to, oldKeyLeaked }: Intent,
  { step, waitSeconds }: NextStep,
  { drainTtlSeconds, refusalSeconds }: { readonly drainTtlSeconds: number; readonly refusalSeconds: number },
): string {
  const steps: readonly (readonly [RotationStep, string])[] = [
    ['begin', 'the slot holds the old key, the gateway uses it, every node holds both'],
    ['drain', oldKeyLeaked ? 'left out: the old key leaked' : describeDrain(drainTtlSeconds, waitSeconds)],
    ['flip', 'the new key goes into the slot, if nobody else wrote there'],
    ['confirm', 'the gateway says that it uses the new key; nodes sign with it from then on'],
  ];
  const now = order.indexOf(step);
  const lines = steps.map(([name, text], index) => {
    const mark = index < now ? '✓' : index === now ? '›' : '·';
    return `  ${mark} ${name.padEnd(8)} ${text}`;
  });
  return [
    `Rotation of ${slotName}`,
    `  from ${from}`,
    `  to   ${to}`,
    ...lines,
    `From the flip on, a reconnect may need a fresh token for at most ${refusalSeconds} s. Open sockets stay.`,
  ].join('\n');
}

function describeDrain(drainTtlSeconds: number, waitSeconds: number): string {
  const rest = waitSeconds > 0 ? `: the longest old one ends in ${waitSeconds} s` : '';
  return `tokens live at most ${drainTtlSeconds} s, until the longest old one has run out${rest}`;
}
