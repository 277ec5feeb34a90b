import { expect, test } from 'vitest';
import { allVariants, recipes, variantsOf } from './apps.ts';

test('every variant belongs to one of the two suites', () => {
  expect([...variantsOf('main'), ...variantsOf('matrix')].toSorted()).toEqual(allVariants.toSorted());
});

test('`npm test` builds one app per version of Next', () => {
  expect(variantsOf('main').map((variant) => recipes[variant].next)).toEqual(['next', 'next15']);
});
