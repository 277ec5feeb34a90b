// Refuses a specification that names or references could break. The generator writes paths and names into code as they are.
import type { Json, JsonObject } from '../../spec/corrections.ts';
import { withoutNames } from './endpoint-key.ts';
import { objectAt } from './openapi.ts';
import { camelCase } from './words.ts';

const segment = /^(?:[\w.~-]+|\{[A-Za-z][\w-]*\})$/;

/**
 * @throws Error if a path contains characters that no path needs, if two paths or parameters cannot be told apart, or if
 * the document refers to another file
 */
export function checkDocument(published: JsonObject): void {
  checkValue(published, 0);
  const known = new Map<string, string>();
  for (const path of Object.keys(objectAt(published, 'paths'))) {
    const segments = path.replace(/^\/|\/$/g, '').split('/');
    if (!path.startsWith('/') || !segments.every((each) => segment.test(each)))
      throw new Error(`The path ${JSON.stringify(path)} contains characters that no path of the API has.`);
    checkParameters(path);
    const shape = withoutNames(path);
    const other = known.get(shape);
    // Additions find their path whatever its parameters are named, and generated names do not depend on them.
    if (other !== undefined)
      throw new Error(`The paths ${other} and ${path} differ only in the names of their parameters.`);
    known.set(shape, path);
  }
}

/** Parameters of a method that are not path parameters. */
const taken = ['params', 'options'];

function checkParameters(path: string): void {
  const names = Array.from(path.matchAll(/\{([^}]*)\}/g), ([, name = '']) => camelCase(name));
  const bad = names.find((name, index) => taken.includes(name) || names.indexOf(name) !== index);
  if (bad !== undefined) throw new Error(`The path ${path} cannot have a parameter named \`${bad}\`, or has two.`);
}

const deepest = 200;

function checkValue(value: Json, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepest) throw new Error('The specification is nested too deeply.');
  for (const [key, inner] of Object.entries(value)) {
    // `__proto__` as a key of an object literal would set the prototype.
    if (key === '__proto__') throw new Error('The specification has a key `__proto__`.');
    // The generator of wire.ts would read files of this machine, and send requests.
    if (key === '$ref' && typeof inner === 'string' && !inner.startsWith('#/'))
      throw new Error(`$ref ${inner} is not in the document. Only references that start with #/ are supported.`);
    checkValue(inner, depth + 1);
  }
}
