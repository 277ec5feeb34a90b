import type { Faults, FaultTarget } from '../../faults/faults.ts';
import { type ControlOperations, type Fields, invalid, refuseUnknown } from '../operation.ts';

export const faultOperations: ControlOperations = {
  'POST /faults': {
    does: 'injects a fault: `fail` with a status, `delay` with `delayMs`, or `cut` with `at`',
    example: '{ "surface": "keys", "kind": "fail", "status": 500, "times": 1 }',
    members: ['fail', 'delay', 'cut'],
    handle: ({ faults }, { fields }) => {
      injectFault(faults, fields);
      return { body: { faults: faults.active } };
    },
  },
  'DELETE /faults': {
    does: 'ends the fault of a surface; without `surface`, all faults',
    example: '?surface=keys',
    members: ['recover'],
    handle: ({ faults }, request) => {
      faults.recover(request.query('surface') as FaultTarget | undefined);
      return { body: { faults: faults.active } };
    },
  },
};

/**
 * Injects a fault into a part of the emulator. The fields are those of a request body such as
 * `{ "surface": "keys", "kind": "delay", "delayMs": 2000, "times": 1 }`, which delays the next key set response.
 */
function injectFault(faults: Faults, { surface, kind, times, ...rest }: Fields): void {
  const target = surface as FaultTarget;
  const duration = times === undefined ? {} : { times: times as number };
  switch (kind) {
    case 'fail':
      refuseUnknown(rest, ['status', 'headers']);
      faults.fail(target, { ...rest, ...duration });
      break;
    case 'delay':
      refuseUnknown(rest, ['delayMs']);
      faults.delay(target, rest['delayMs'] as number, duration);
      break;
    case 'cut':
      refuseUnknown(rest, ['at']);
      faults.cut(target, { ...rest, ...duration });
      break;
    default:
      throw invalid('kind must be one of fail, delay, cut.');
  }
}
