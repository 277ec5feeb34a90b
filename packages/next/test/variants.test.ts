import { expect, test } from 'vitest';
import { allVariants, recipes, variantsOf } from './apps.ts';

test('every variant belongs to one of the two suites', () => {
  const withReadme = allVariants.filter((variant) => variant !== 'Next 16 with the React provider');
  expect([...variantsOf('main'), ...variantsOf('matrix')].toSorted()).toEqual(withReadme.toSorted());
});

test('`npm test` builds one app per version of Next', () => {
  expect(variantsOf('main').map((variant) => recipes[variant].next)).toEqual(['next', 'next15']);
});
