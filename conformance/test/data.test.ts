import type { Reason } from '@torii/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import table from '../data/cases.json' with { type: 'json' };
import schema from '../data/cases.schema.json' with { type: 'json' };
import { listCases } from '../src/cases.ts';
import { features } from '../src/features.ts';

// A new reason of core does not compile until cases.json has its response.
const refusals: Readonly<Record<Reason, object>> = table.refusals;

test('cases.json follows its schema', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false }).compile(schema);
  validate(table);
  expect(validate.errors).toBeNull();
});

test('the schema lists the features', () => {
  expect(schema.properties.cases.items.properties.needs.items.enum).toEqual(features);
});

test('no two cases have the same name', () => {
  const names = listCases().map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('every case names tokens, options and reasons that exist, and every token is used', () => {
  const text = JSON.stringify([table.cases, table.options]);
  const named = [...text.matchAll(/\{(?:token|digest):(\w+)\}/g)].map(([, name]) => name);
  const twins = Object.values(table.tokens).flatMap((token) => ('twinOf' in token ? [token.twinOf] : []));
  expect(new Set([...named, ...twins])).toEqual(new Set(Object.keys(table.tokens)));
  for (const { options, answer, revokedAfter } of listCases()) {
    expect(Object.keys(table.options)).toContain(options);
    const reasons = [answer.refusal, revokedAfter?.refusal].flat().filter((reason) => reason !== undefined);
    for (const reason of reasons) expect(Object.keys(refusals)).toContain(reason);
  }
});

test('a case that needs a route or an option of a feature says so', () => {
  for (const { name, target, needs, answer } of listCases()) {
    if (target.startsWith('/optional')) expect(needs, name).toContain('optional');
    if (/^\/(?:optional\/)?admin|^\/checks\//.test(target)) expect(needs, name).toContain('checks');
    if (target.startsWith('/mistakes/')) expect(needs, name).toContain('mistakes');
    if (answer.handler === 'public') expect(needs, name).toContain('publicPaths');
  }
});
