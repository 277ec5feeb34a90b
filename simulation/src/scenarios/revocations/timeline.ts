import { type Incident, msOf, type RevocationsPlan, type Step } from './plan.ts';

export interface TimedIncident {
  readonly incident: Incident;
  readonly number: number;
  readonly atMs: number;
  readonly endMs: number;
}

/** When the incidents of a plan begin and end. */
export function timesOf(plan: RevocationsPlan): {
  readonly incidents: readonly TimedIncident[];
  readonly endMs: number;
} {
  const incidents: TimedIncident[] = [];
  let endMs = Math.min(...plan.processes.map(({ startsAtMs }) => startsAtMs)) + 1;
  for (const [number, incident] of plan.incidents.entries()) {
    const { after, steps } = incident;
    const atMs = endMs + msOf(after, plan);
    const ends = steps.map(({ at, step }) => msOf(at, plan) + lengthOf(step, plan));
    endMs = atMs + Math.max(...ends) + 3_000;
    incidents.push({ incident, number, atMs, endMs });
  }
  endMs = Math.max(endMs, ...plan.processes.map(({ startsAtMs }) => startsAtMs + 3_000));
  return { incidents, endMs };
}

function lengthOf(step: Step, plan: RevocationsPlan): number {
  if (step.kind === 'clock') return step.backAfterMs ?? 0;
  return 'for' in step ? msOf(step.for, plan) : 0;
}
