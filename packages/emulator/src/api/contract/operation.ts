import { type OperationKey, serverV1 } from '../../generated/server-v1.ts';
import type { SpecOperation, SpecParameter } from './spec-document.ts';

export const apiPath = '/api/server/v1';

export interface Operation {
  readonly key: OperationKey;
  readonly method: string;
  readonly route: string;
  readonly parameters: readonly SpecParameter[];
  readonly pointer: string;
  readonly spec: SpecOperation;
  matches(path: string): boolean;
}

export const operations: readonly Operation[] = Object.entries(serverV1.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, spec]) => describe(path, method, spec)),
);

/** Finds the operation of a request. A literal path (`/users/search`) has precedence over one with a parameter. */
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

/** Escapes a key for use in a JSON pointer (RFC 6901). */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
