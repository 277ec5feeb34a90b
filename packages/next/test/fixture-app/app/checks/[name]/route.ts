import { ToriiRequestError } from '@torii/core';
import { type Check, refuse, ToriiUnavailableError } from '@torii/next';
import { torii } from '../../../torii';
import { visit } from '../../../visit';

const checks: Readonly<Record<string, Check>> = {
  'says-nothing': (() => {}) as unknown as Check,
  'says-yes': (() => 'yes') as unknown as Check,
  refuses: () => refuse('Not on "Sundays".', 'org:administrator, on another day'),
  ambiguous: () => {
    throw new ToriiRequestError('The request names two tenants.');
  },
  unavailable: () => Promise.reject(new ToriiUnavailableError('policy_unavailable', 'No rules are known.')),
  throws: () => Promise.reject(new Error('org:administrator')),
  'throws-undefined': () => {
    throw undefined;
  },
  'throws-word': () => Promise.reject('route'),
};

export const GET = torii.withAuth<{ name: string }>(
  async (_request, { params }) => {
    visit(`/checks/${(await params).name}`);
    return Response.json({});
  },
  (auth, request) => checks[request.path?.split('/').at(-1) ?? '']?.(auth, request) ?? false,
);
