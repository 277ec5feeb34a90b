import { type ControlOperations, refuseUnknown } from '../operation.ts';

export const clockOperations: ControlOperations = {
  'POST /clock': {
    does: 'moves the clock forward, for all environments',
    example: '{ "advanceSeconds": 3600 }',
    members: ['advance'],
    handle: ({ clock }, { fields: { advanceSeconds, ...unknown } }) => {
      refuseUnknown(unknown);
      clock.advance(advanceSeconds as number);
      return { body: { now: clock.now() } };
    },
  },
  'POST /clock/reset': {
    does: 'sets the clock to the machine’s time again, for all environments',
    example: '{}',
    members: ['resetClock'],
    handle: ({ clock }, { fields }) => {
      refuseUnknown(fields);
      clock.reset();
      return { body: { now: clock.now() } };
    },
  },
};
