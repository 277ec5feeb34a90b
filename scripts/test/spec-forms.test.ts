import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../spec/corrections.ts';
import { completeSpec } from '../generate/complete-spec.ts';
import { readOperations } from '../generate/operations.ts';
import { plainForm } from '../generate/plain-form.ts';
import { describeSuperseded } from '../generate/superseded.ts';
import { TypeNames } from '../generate/type-names.ts';
import { twentySixOperations } from './fixtures.ts';
import { listSpecForms } from './spec-forms.ts';

const forms = listSpecForms({ sameContent: true });

/** Each method with the type of its items. */
function methodsOf(published: JsonObject): readonly string[] {
  const groups = Map.groupBy(readOperations(completeSpec(published)), ({ resource }) => resource);
  return [...groups].flatMap(([resource, operations]) => {
    const types = new TypeNames(resource, operations);
    return operations.map((operation) => `${resource}.${operation.name}: ${types.answer(operation)}`);
  });
}

const usual: JsonObject = JSON.parse(readFileSync(twentySixOperations, 'utf8'));
const methods = methodsOf(usual);
const differencesOf = (published: JsonObject) =>
  describeSuperseded(published).filter((line) => line.includes('differs'));

test.each(forms)('methods and the types of their results keep their names with %s', (_name, published) => {
  expect(methodsOf(published)).toEqual(expect.arrayContaining([...methods]));
});

test.each(forms.filter(([name]) => /null by|inline|allOf|by reference|without a type|for each operation/.test(name)))(
  'a specification is not reported as different because of its form: %s',
  (_name, published) => {
    expect(differencesOf(published)).toEqual(differencesOf(usual));
  },
);

test.each(forms)('the plain form of a plain form is the same: %s', (_name, published) => {
  const plain = plainForm(published);
  expect(plainForm(plain)).toEqual(plain);
});

test('schemas that refer to themselves stay as they are', () => {
  const schemas = {
    Base: { type: 'object', oneOf: [{ $ref: '#/components/schemas/Child' }], properties: { kind: { type: 'string' } } },
    Child: {
      allOf: [{ $ref: '#/components/schemas/Base' }, { type: 'object', properties: { a: { type: 'string' } } }],
    },
    Tree: { allOf: [{ $ref: '#/components/schemas/Tree' }, { type: 'object' }] },
  };
  const document = { openapi: '3.1.0', paths: {}, components: { schemas } };
  expect(plainForm(document)).toEqual(document);
});

test('a field may have the name of a keyword', () => {
  const properties = {
    nullable: { type: 'boolean' },
    allOf: { type: 'string', nullable: true },
    example: { type: 'string' },
  };
  const document = { openapi: '3.0.1', paths: {}, components: { schemas: { Odd: { type: 'object', properties } } } };
  expect(plainForm(document)['components']).toEqual({
    schemas: {
      Odd: { type: 'object', properties: { ...properties, allOf: { type: ['string', 'null'] } } },
    },
  });
});

test('an example stays as it is', () => {
  const example = { allOf: [{ nullable: true }], type: 'x', properties: {} };
  const document = { openapi: '3.0.1', paths: {}, components: { schemas: { Odd: { type: 'object', example } } } };
  expect(plainForm(document)['components']).toEqual({ schemas: { Odd: { type: 'object', example } } });
});
