import { transform } from 'esbuild';
import { expect, test } from 'vitest';
import { withoutMessages } from '../src/without-messages.ts';

test.each([
  ['a string', 'f("must be a list","list",\'a b\')', 'f("","list",\'\')'],
  ['a string with quotes', String.raw`f("say \"a b\"",1)`, 'f("",1)'],
  ['the parts of a template', 'f(`no #{a} is #{b}.`)', 'f(`#{a}#{b}.`)'],
  ['a template in a template', 'f(`x y#{g(`in #{{a:1}} me`)}z z`)', 'f(`#{g(`#{{a:1}}`)}`)'],
  ['nothing of a regular expression', 'f(/ "a b" [/`] /.test(x),"c d")', 'f(/ "a b" [/`] /.test(x),"")'],
  ['nothing of a division', 'a=b/c;d=e/f+"g h"', 'a=b/c;d=e/f+""'],
])('removes %s', (_name, code, expected) => {
  expect(withoutMessages(templatesIn(code))).toBe(templatesIn(expected));
});

test('the result is a valid module', async () => {
  const code = 'export const f=(a)=>{if(!a)throw new Error(`no #{a} here`);return{a:"b c",d:/e f/}}';
  await expect(transform(withoutMessages(templatesIn(code)))).resolves.toMatchObject({ warnings: [] });
});

/** In the cases above, `#{` begins an expression, so that they are not taken for templates of this file. */
function templatesIn(code: string): string {
  return code.replaceAll('#{', '\u0024{');
}
