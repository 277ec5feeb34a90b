import type { FaultDuration, Faults, FaultTarget } from './faults.ts';

interface FaultPreset {
  readonly name: string;
  readonly label: string;
  readonly inject: (faults: Faults, target: FaultTarget, duration: FaultDuration) => void;
}

export const faultPresets: readonly FaultPreset[] = [
  { name: 'fail-503', label: 'respond with 503', inject: (faults, target, duration) => faults.fail(target, duration) },
  {
    name: 'fail-500',
    label: 'respond with 500',
    inject: (faults, target, duration) => faults.fail(target, { status: 500, ...duration }),
  },
  {
    name: 'fail-429',
    label: 'respond with 429, Retry-After: 2',
    inject: (faults, target, duration) =>
      faults.fail(target, { status: 429, headers: { 'retry-after': '2' }, ...duration }),
  },
  {
    name: 'delay-2',
    label: 'delay by 2 s',
    inject: (faults, target, duration) => faults.delay(target, 2000, duration),
  },
  {
    name: 'delay-30',
    label: 'delay by 30 s',
    inject: (faults, target, duration) => faults.delay(target, 30_000, duration),
  },
  {
    name: 'cut-request',
    label: 'cut at request: not handled',
    inject: (faults, target, duration) => faults.cut(target, { at: 'request', ...duration }),
  },
  {
    name: 'cut-answer',
    label: 'cut at answer: handled, no response',
    inject: (faults, target, duration) => faults.cut(target, { at: 'answer', ...duration }),
  },
  {
    name: 'cut-body',
    label: 'cut in body: half a response',
    inject: (faults, target, duration) => faults.cut(target, { at: 'body', ...duration }),
  },
];
