import { readKnownOptions, wrongOption, wrongValue } from '@torii/core/internal';

/** Reads `{ signal }`. @throws ToriiConfigError for a signal in its place, which would never end the wait */
export function readSignal(given: { readonly signal?: AbortSignal | undefined } | undefined): AbortSignal | undefined {
  if (given === undefined) return undefined;
  const example = '{ signal: controller.signal }, or leave it out';
  if (typeof given === 'object' && given !== null && 'aborted' in given && !('aborted' in Object.prototype)) {
    throw wrongOption('options', `must be an object with the signal, not the signal itself. Write ${example}`);
  }
  const { signal } = readKnownOptions(given, ['signal'], example);
  if (signal === undefined) return undefined;
  // Not `instanceof`: the signal may come from another realm.
  const isSignal = typeof Reflect.get(Object(signal), 'addEventListener') === 'function';
  if (!isSignal) throw wrongValue('signal', 'an AbortSignal', signal, example);
  return signal as AbortSignal;
}
