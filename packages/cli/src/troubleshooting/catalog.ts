import { apiCodes, connectionReasons, revocationCodes } from './api-codes.ts';
import { doctorChecks } from './doctor-checks.ts';
import { emulatorCodes } from './emulator-codes.ts';
import type { Entry } from './entry.ts';
import { otherRefusals } from './other-refusals.ts';
import { streamReasons } from './stream-reasons.ts';
import { tokenRefusals } from './token-refusals.ts';
import { webhookRefusals } from './webhook-refusals.ts';

/** Reasons and codes of one kind of error. The groups are in the order of docs/troubleshooting.md. */
export interface Group {
  readonly title: string;
  /** Added to the meaning if other groups have the same name: `In a webhook`. */
  readonly place: string;
  readonly entries: Readonly<Record<string, Entry>>;
}

export const refusalGroup: Group = {
  title: 'Refusals of requests',
  place: 'In a request',
  entries: { ...tokenRefusals, ...otherRefusals },
};

export const groups: readonly Group[] = [
  refusalGroup,
  { title: 'Refusals of webhooks', place: 'In a webhook', entries: webhookRefusals },
  { title: 'REST API', place: 'From the REST API', entries: { ...connectionReasons, ...revocationCodes, ...apiCodes } },
  { title: 'Streams', place: 'In @torii/streams', entries: streamReasons },
  { title: 'Emulator', place: 'In the emulator', entries: emulatorCodes },
];

/** The checks of `torii doctor` by their names in docs/troubleshooting.md: `doctor-key-cache`. */
export const doctorGroup: Group = {
  title: 'Findings of torii doctor',
  place: 'In torii doctor',
  entries: Object.fromEntries(Object.entries(doctorChecks).map(([check, entry]) => [doctorName(check), entry])),
};

export function doctorName(check: string): string {
  return `doctor-${check.toLowerCase().replaceAll(' ', '-')}`;
}
