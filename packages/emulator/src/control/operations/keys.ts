import { type ControlOperations, invalid, refuseUnknown } from '../operation.ts';

export const keyOperations: ControlOperations = {
  'POST /keys/rotate': {
    does: 'adds a key that signs from now on',
    example: '{}',
    members: ['rotateKeys'],
    handle: async ({ library }, { fields }) => {
      refuseUnknown(fields);
      return { body: await library.rotateKeys() };
    },
  },
  'POST /keys/withdraw': {
    does: 'removes keys from the key set; without `kids`, all except the newest',
    example: '{ "kids": ["…"] }',
    members: ['withdrawKeys'],
    handle: ({ library }, { fields: { kids = library.keyIds.slice(1), ...unknown } }) => {
      refuseUnknown(unknown);
      if (!Array.isArray(kids)) throw invalid('kids must be an array of key ids.');
      if (kids.length > 0) library.withdrawKeys(...kids);
      return { body: { withdrawn: kids, keys: library.keyIds } };
    },
  },
};
