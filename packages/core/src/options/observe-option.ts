import { SharedMap } from '../registry.ts';
import type { RequestParts } from '../request/request-parts.ts';
import { wrongOption, wrongValue } from './reader.ts';

/** The methods of an observed verifier. Their results are not trusted. */
export interface ObservedVerifier {
  authenticate(request: RequestParts, options: { readonly optional: boolean }): Promise<unknown>;
  verify(token: string): Promise<unknown>;
}

// For each verifier, whether it observes another one.
const observing: SharedMap<object, boolean> = new SharedMap('observing');

export function markVerifier(verifier: object, observes: boolean): void {
  observing.set(verifier, observes);
}

/** Whether the value is a verifier that this package has created. */
export function isMarkedVerifier(value: unknown): value is object {
  return observing.has(value);
}

/**
 * Reads the option `observe`. It must be a verifier that this package has created: two verifiers that the app wrote could call
 * each other in an endless loop.
 */
export function readObserved(value: unknown): ObservedVerifier {
  if (!isMarkedVerifier(value)) {
    const example = 'observe: createVerifier({ … }), or leave it out';
    throw wrongValue('observe', 'what createVerifier, createJwtVerifier or anyVerifier returned', value, example);
  }
  if (observing.get(value) !== false)
    throw wrongOption('observe', 'is a verifier that has the option `observe` itself. Leave it out there');
  return value as unknown as ObservedVerifier;
}
