import { ToriiRequestError } from '@torii/core';
import { type Check, refuse } from '@torii/next';

const checks: Readonly<Record<string, Check>> = {
  passes: () => true,
  refuses: () => refuse('Only on Sundays.', 'a detail'),
  'says-false': () => false,
  'says-nothing': (() => {}) as unknown as Check,
  'says-yes': (() => 'yes') as unknown as Check,
  ambiguous: () => {
    throw new ToriiRequestError('The request names two tenants.');
  },
  throws: () => {
    throw new Error('The check failed.');
  },
};

export function checkOf(name: string): Check {
  return checks[name] ?? (() => false);
}

export interface Props {
  readonly params: Promise<{ readonly check: string }>;
}
