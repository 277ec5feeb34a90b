// Writes users, sessions and other entities as plain interfaces, for packages that must not import @torii/api.
import type { Json, JsonObject } from '../../spec/corrections.ts';
import { docComment, heading } from './doc-comment.ts';
import { fieldsOf, listAt, objectAt, resolve, textAt, typesOf } from './openapi.ts';
import type { ItemType } from './type-names.ts';

/** A limit for nested schemas, deeper than any real response. */
const deepest = 8;

/** The references that lead to a schema. A recursive schema is written once: several levels of it could be gigabytes. */
type Open = readonly string[];

/** Writes `generated/entities.ts`. The file is the same in every package. */
export function writeEntities(document: JsonObject, items: readonly ItemType[]): string {
  const interfaces = items
    .filter(({ isEntity, schema }) => isEntity && fieldsOf(document, schema) !== undefined)
    .map(
      ({ name, doc, schema }) =>
        `${docComment(doc)}export interface ${name} ${fieldsText(document, schema, '', openAt([], schema))}\n`,
    );
  return `${heading}\n${interfaces.join('\n')}`;
}

function fieldsText(document: JsonObject, schema: JsonObject, indent: string, open: Open): string {
  const { properties = {}, required = [], isOpen = false } = fieldsOf(document, schema) ?? {};
  const inner = `${indent}  `;
  const lines = Object.keys(properties).map((name) => {
    const field = objectAt(properties, name);
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    const mark = required.includes(name) ? '' : '?';
    const text = textAt(field, 'description') ?? '';
    const doc = docComment(field['deprecated'] === true ? text.replace(/^Deprecated: /m, '@deprecated ') : text, inner);
    return `${doc}${inner}readonly ${key}${mark}: ${typeText(document, field, inner, open)};\n`;
  });
  const others = isOpen ? [`${inner}readonly [key: string]: unknown;\n`] : [];
  return `{\n${[...lines, ...others].join('')}${indent}}`;
}

function typeText(document: JsonObject, given: JsonObject, indent: string, around: Open): string {
  const schema = resolve(document, given);
  const open = openAt(around, given);
  if (around.includes(referenceOf(given)) || indent.length > 2 * deepest) return 'unknown';
  if ('const' in schema) return literalText(schema['const']);
  if ('enum' in schema) return unionOf(listAt(schema, 'enum').map(literalText));
  const choices = [...listAt(schema, 'anyOf'), ...listAt(schema, 'oneOf')];
  if (choices.length > 0) return unionOf(choices.map((each) => typeText(document, objectAt(each), indent, open)));
  const hasFields = fieldsOf(document, schema) !== undefined;
  const types = typesOf(schema);
  if (types.length === 0) return hasFields ? fieldsText(document, schema, indent, open) : 'unknown';
  return unionOf(
    types.map((type) => {
      if (type === 'integer') return 'number';
      if (type === 'array')
        return `readonly ${inParentheses(typeText(document, objectAt(schema, 'items'), indent, open))}[]`;
      if (/^(?:string|number|boolean|null)$/.test(type)) return type;
      if (type !== 'object') throw new Error(`A schema has the unknown type ${JSON.stringify(type)}.`);
      if (hasFields) return fieldsText(document, schema, indent, open);
      const values = typeText(document, objectAt(schema, 'additionalProperties'), indent, open);
      return `{ readonly [key: string]: ${values} }`;
    }),
  );
}

function openAt(around: Open, schema: JsonObject): Open {
  return '$ref' in schema ? [...around, referenceOf(schema)] : around;
}

function referenceOf(schema: JsonObject): string {
  return textAt(schema, '$ref') ?? '';
}

function literalText(value: Json | undefined): string {
  return typeof value === 'string'
    ? `'${JSON.stringify(value).slice(1, -1).replaceAll("'", "\\'")}'`
    : JSON.stringify(value);
}

function unionOf(types: readonly string[]): string {
  return [...new Set(types)].join(' | ');
}

function inParentheses(type: string): string {
  return /^[\w.]+$/.test(type) ? type : `(${type})`;
}
