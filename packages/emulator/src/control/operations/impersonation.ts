import type { ImpersonationState } from '../../impersonation/impersonations.ts';
import { type ControlOperations, refuseUnknown } from '../operation.ts';

export const impersonationOperations: ControlOperations = {
  'GET /impersonation': {
    does: 'whether the API creates impersonation tokens',
    members: ['impersonation'],
    handle: ({ library }) => ({ body: { state: library.impersonation } }),
  },
  'PUT /impersonation': {
    does: 'switches impersonation to `enabled`, `disabled` or `quota_exceeded`',
    example: '{ "state": "disabled" }',
    members: ['setImpersonation'],
    handle: async ({ library }, { fields: { state, ...unknown } }) => {
      refuseUnknown(unknown);
      await library.setImpersonation(state as ImpersonationState);
      return { body: { state: library.impersonation } };
    },
  },
};
