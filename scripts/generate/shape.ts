// The values that a schema allows, independent of how the schema is written: references are followed, `allOf` is
// merged.
import type { JsonObject } from '../../spec/corrections.ts';
import { fieldsOf, isList, listAt, objectAt, resolve, textAt, typesOf } from './openapi.ts';

export interface Shape {
  readonly types: readonly string[];
  /** The values of an enum except null. */
  readonly values: readonly string[] | undefined;
  readonly format: string | undefined;
  readonly item: Shape | undefined;
  readonly fields: ReadonlyMap<string, { readonly shape: Shape; readonly isRequired: boolean }>;
}

/** A limit for recursive schemas, deeper than any real response. */
const deepest = 8;

/** @param around The references that lead to the schema. A recursive schema has the same shape at every level. */
export function shapeOf(document: JsonObject, given: JsonObject, depth = 0, around: readonly string[] = []): Shape {
  const reference = textAt(given, '$ref');
  if (reference !== undefined && around.includes(reference)) return recursion;
  const open = reference === undefined ? around : [...around, reference];
  const schema = resolve(document, given);
  const choices = [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')].map((choice) =>
    shapeOf(document, objectAt(choice), depth + 1, open),
  );
  const { properties = {}, required = [] } = fieldsOf(document, schema) ?? {};
  const names = depth < deepest ? Object.keys(properties) : [];
  const values = listAt(schema, 'enum').filter((value) => value !== null);
  return {
    types: [...new Set([...typesOf(schema), ...choices.flatMap(({ types }) => types)])].sort(),
    values: 'enum' in schema ? values.map((value) => JSON.stringify(value)).sort() : undefined,
    format: textAt(schema, 'format'),
    item:
      isList(document, schema) && depth < deepest
        ? shapeOf(document, objectAt(schema, 'items'), depth + 1, open)
        : undefined,
    fields: new Map(
      names.map((name) => [
        name,
        { shape: shapeOf(document, objectAt(properties, name), depth + 1, open), isRequired: required.includes(name) },
      ]),
    ),
  };
}

const recursion: Shape = {
  types: ['object'],
  values: undefined,
  format: undefined,
  item: undefined,
  fields: new Map(),
};
