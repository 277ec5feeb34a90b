import type { Json, JsonObject } from '../../spec/corrections.ts';
import { objectAt, resolve } from './openapi.ts';
import { camelCase, singular } from './words.ts';

/**
 * Names each path parameter after the collection before it, such as `userId` in `/users/{userId}`: the emulator's
 * handlers and the parameters of our methods must not be renamed when the server's developers rename theirs.
 */
export function withParameterNames(document: JsonObject): JsonObject {
  const paths = Object.entries(objectAt(document, 'paths')).map(([path, value]) => {
    const names = new Map<string, string>();
    const renamed = path.replaceAll(/([\w-]+)\/\{(\w+)\}/g, (_match, collection: string, name: string) => {
      const wanted = parameterNames[collection] ?? `${singular(camelCase(collection))}Id`;
      names.set(name, wanted);
      return `${collection}/{${wanted}}`;
    });
    const rename = (parameter: Json): Json => {
      const own = resolve(document, objectAt(parameter));
      const name = names.get(String(own['name']));
      return own['in'] === 'path' && name !== undefined ? { ...own, name } : parameter;
    };
    return [renamed, withParameters(objectAt(value), rename)] as const;
  });
  // If a path contains the same collection twice, two of its parameters would get the same name.
  const isClear = paths.every(([path]) => {
    const names = path.match(/\{\w+\}/g) ?? [];
    return new Set(names).size === names.length;
  });
  return isClear ? { ...document, paths: Object.fromEntries(paths) } : document;
}

const parameterNames: Readonly<Record<string, string>> = { members: 'memberUserId' };

function withParameters(item: JsonObject, rename: (parameter: Json) => Json): JsonObject {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => {
      if (key === 'parameters' && Array.isArray(value)) return [key, value.map(rename)];
      const isOperation = typeof value === 'object' && value !== null && 'parameters' in value;
      return [key, isOperation ? withParameters(value as JsonObject, rename) : value];
    }),
  );
}
