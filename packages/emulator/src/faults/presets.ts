import type { FaultDuration, Faults, FaultTarget } from './faults.ts';

interface FaultPreset {
  readonly name: string;
  readonly label: string;
  readonly inject: (faults: Faults, target: FaultTarget, duration: FaultDuration) => void;
}

/** Faults that are a click away; `fail`, `delay` and `cut` of the library have all others. */
export const faultPresets: readonly FaultPreset[] = [
  { name: 'fail-503', label: 'answer 503', inject: (faults, target, duration) => faults.fail(target, duration) },
  {
    name: 'fail-500',
    label: 'answer 500',
    inject: (faults, target, duration) => faults.fail(target, { status: 500, ...duration }),
  },
  {
    name: 'fail-429',
    label: 'answer 429: wait 2 s',
    inject: (faults, target, duration) =>
      faults.fail(target, { status: 429, headers: { 'retry-after': '2' }, ...duration }),
  },
  { name: 'delay-2', label: '2 s late', inject: (faults, target, duration) => faults.delay(target, 2000, duration) },
  {
    name: 'delay-30',
    label: '30 s late',
    inject: (faults, target, duration) => faults.delay(target, 30_000, duration),
  },
  {
    name: 'cut-request',
    label: 'cut at the request',
    inject: (faults, target, duration) => faults.cut(target, { at: 'request', ...duration }),
  },
  {
    name: 'cut-answer',
    label: 'cut at the answer',
    inject: (faults, target, duration) => faults.cut(target, { at: 'answer', ...duration }),
  },
  {
    name: 'cut-body',
    label: 'cut in the body',
    inject: (faults, target, duration) => faults.cut(target, { at: 'body', ...duration }),
  },
];
