import type { Faults, FaultTarget } from '../faults.ts';

/** Faults that are a click away; `fail`, `delay` and `cut` of the library have all others. */
const presets = {
  '503': { label: 'answer 503', inject: (faults, target, duration) => faults.fail(target, duration) },
  '500': {
    label: 'answer 500',
    inject: (faults, target, duration) => faults.fail(target, { status: 500, ...duration }),
  },
  '429': {
    label: 'answer 429, Retry-After 2 s',
    inject: (faults, target, duration) =>
      faults.fail(target, { status: 429, headers: { 'retry-after': '2' }, ...duration }),
  },
  'delay-2': { label: 'answer 2 s late', inject: (faults, target, duration) => faults.delay(target, 2000, duration) },
  'delay-30': {
    label: 'answer 30 s late',
    inject: (faults, target, duration) => faults.delay(target, 30_000, duration),
  },
  'cut-request': {
    label: 'cut at the request',
    inject: (faults, target, duration) => faults.cut(target, { at: 'request', ...duration }),
  },
  'cut-answer': {
    label: 'cut before the answer',
    inject: (faults, target, duration) => faults.cut(target, { at: 'answer', ...duration }),
  },
  'cut-body': {
    label: 'cut half-way through the body',
    inject: (faults, target, duration) => faults.cut(target, { at: 'body', ...duration }),
  },
} as const satisfies Readonly<Record<string, FaultPreset>>;

interface FaultPreset {
  readonly label: string;
  readonly inject: (faults: Faults, target: FaultTarget, duration: { readonly times?: number }) => void;
}

export const faultPresets: ReadonlyMap<string, FaultPreset> = new Map(Object.entries(presets));
