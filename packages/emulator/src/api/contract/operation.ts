import { type OperationKey, serverV1 } from '../../generated/server-v1.ts';
import type { SpecOperation, SpecParameter } from './spec-document.ts';

/** Every path of the REST API begins so. */
export const apiPath = '/api/server/v1';

/** One operation of the specification, ready to be found and held against. */
export interface Operation {
  readonly key: OperationKey;
  readonly method: string;
  /** As Hono writes it: `/users/:userId`. */
  readonly route: string;
  readonly parameters: readonly SpecParameter[];
  /** Where its parts stand in the specification, as a JSON pointer. */
  readonly pointer: string;
  readonly spec: SpecOperation;
  /** Whether a path, from `/api` on, is one of this operation's. */
  matches(path: string): boolean;
}

export const operations: readonly Operation[] = Object.entries(serverV1.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, spec]) => describe(path, method, spec)),
);

/** The operation that a request means. A literal path, `/users/search`, comes before one with a parameter. */
export function findOperation(method: string, path: string): Operation | undefined {
  return operations
    .filter((operation) => operation.method === method && operation.matches(path))
    .sort((one, other) => countParameters(one) - countParameters(other))[0];
}

function describe(path: string, method: string, spec: SpecOperation): Operation {
  const below = path.slice(apiPath.length);
  const upper = method.toUpperCase();
  const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  return {
    // The generated type lists these very keys.
    key: `${upper} ${below}` as OperationKey,
    method: upper,
    route: below.replaceAll(/\{(\w+)\}/g, ':$1'),
    parameters: spec.parameters ?? [],
    pointer: `/paths/${escapePointer(path)}/${method}`,
    spec,
    matches: (candidate) => pattern.test(candidate),
  };
}

function countParameters({ parameters }: Operation): number {
  return parameters.filter((parameter) => parameter.in === 'path').length;
}

/** RFC 6901: how a key stands in a JSON pointer. */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
