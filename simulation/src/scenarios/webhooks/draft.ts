import type { StoreFault } from '../../world/store-fault.ts';
import type { Step, Work } from './plan.ts';
import type { Story } from './story.ts';

/** A time or duration that may depend on the lease. */
export interface Relative {
  readonly leases: number;
  readonly ms: number;
}

/** A step whose times are not known before the options. */
export type Draft =
  | Exclude<Step, { readonly kind: 'event' | 'flood' | 'store' }>
  | EventDraft
  | FloodDraft
  | StoreDraft;
export type WorkDraft = Pick<Work, 'ends'> & { readonly takes: Relative };
export type EventDraft = Omit<Extract<Step, { readonly kind: 'event' }>, 'works'> & {
  readonly works: readonly WorkDraft[];
  /** More copies, around the end of a lease. */
  readonly late: readonly { readonly to: number; readonly after: Relative }[];
  readonly feedDelay: Relative;
};
export type FloodDraft = Omit<Extract<Step, { readonly kind: 'flood' }>, 'work' | 'everyMs'> & {
  readonly work: WorkDraft;
  readonly every: Relative;
};
export type StoreDraft = {
  readonly kind: 'store';
  readonly atMs: number;
  readonly fault: StoreFault;
  readonly delay: Relative;
};

export function inMs({ leases, ms }: Relative, leaseMs: number): number {
  return Math.max(0, Math.round(leases * leaseMs) + ms);
}

export function resolved(step: Draft, atMs: number, leaseMs: number): Step {
  const worked = ({ takes, ends }: WorkDraft): Work => ({ takesMs: inMs(takes, leaseMs), ends });
  switch (step.kind) {
    case 'event': {
      const { feedDelay, late, story, ...rest } = step;
      const copies = [...step.copies, ...late.map((copy) => ({ to: copy.to, afterMs: inMs(copy.after, leaseMs) }))];
      return { ...rest, atMs, copies, works: step.works.map(worked), story: slowed(story, inMs(feedDelay, leaseMs)) };
    }
    case 'flood': {
      const { work: drafted, every, ...rest } = step;
      return { ...rest, atMs, work: worked(drafted), everyMs: inMs(every, leaseMs) };
    }
    case 'store':
      return { kind: 'store', atMs, fault: delayed(step.fault, atMs, Math.min(30_000, inMs(step.delay, leaseMs))) };
    case 'disturbance':
      return { ...step, atMs, disturbance: { ...step.disturbance, atMs } };
    default:
      return { ...step, atMs };
  }
}

function slowed(story: Story | null, afterMs: number): Story | null {
  if (story?.feed == null) return story;
  return { ...story, feed: { ...story.feed, afterMs: Math.min(20_000, afterMs) } };
}

/** The generator has left 1 for the delay of a slow store. */
function delayed(fault: StoreFault, atMs: number, delayMs: number): StoreFault {
  if (fault.kind !== 'slow') return { ...fault, atMs };
  return fault.beforeMs > 0 ? { ...fault, atMs, beforeMs: delayMs } : { ...fault, atMs, afterMs: delayMs };
}
