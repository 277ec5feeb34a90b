import { expect, test } from 'vitest';
import { allVariants, recipes, variantsOf } from './apps.ts';

test('every variant belongs to one of the two suites', () => {
  const withReadme = allVariants.filter((variant) => variant !== 'Next 16 with the React provider');
  expect([...variantsOf('main'), ...variantsOf('matrix')].toSorted()).toEqual(withReadme.toSorted());
});

test('`npm test` builds an app with the newest Next, and the matrix one with each other version', () => {
  expect(variantsOf('main').map((variant) => recipes[variant].next)).toEqual(['next']);
  expect(variantsOf('matrix').map((variant) => recipes[variant].next)).toContain('next15');
});
