import type { Intent, NextStep, RotationStep } from './step.ts';

interface Cost {
  readonly drainTtlSeconds: number;
  readonly refusalSeconds: number;
}

const order: readonly RotationStep[] = ['begin', 'drain', 'flip', 'confirm', 'done'];

export function describeRotation(intent: Intent, next: NextStep, cost: Cost): string {
  const current = order.indexOf(next.step);
  const lines = order.slice(0, -1).map((step, index) => {
    const mark = index < current ? '✓' : index === current ? '›' : '·';
    return `  ${mark} ${step.padEnd(8)} ${describeStep(step, intent, next, cost)}`;
  });
  return [
    `Rotation of ${intent.slotName}`,
    `  from ${intent.from}`,
    `  to   ${intent.to}`,
    ...lines,
    `For at most ${cost.refusalSeconds} s after the flip, a reconnect may need a new token. Open sockets stay open.`,
  ].join('\n');
}

export function describeStep(
  step: RotationStep,
  { oldKeyLeaked }: Intent,
  { waitSeconds }: NextStep,
  { drainTtlSeconds }: Cost,
): string {
  switch (step) {
    case 'begin':
      return 'the slot holds the old key, the gateway uses it, and every node has both keys';
    case 'drain': {
      if (oldKeyLeaked) return 'skipped, because the old key leaked';
      const rest = waitSeconds > 0 ? `: ${waitSeconds} s left` : '';
      return `new tokens live at most ${drainTtlSeconds} s, until all longer ones have expired${rest}`;
    }
    case 'flip':
      return 'write the new key to the slot, unless another process wrote to it';
    case 'confirm':
      return 'the gateway uses the new key, and nodes sign with it';
    case 'done':
      return 'the gateway uses the new key';
  }
}
