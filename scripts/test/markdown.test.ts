import { expect, test } from 'vitest';
import { listAnchors, listLinks, mapLinks } from '../markdown.ts';

test('lists links with their lines, and tells images from other links', () => {
  const page = 'See [a](a.md) and ![b](b.svg).\n\nA link over [two\nlines](c.md#d), [`code`](e.ts).';
  expect(listLinks(page)).toEqual([
    { target: 'a.md', isImage: false, line: 1 },
    { target: 'b.svg', isImage: true, line: 1 },
    { target: 'c.md#d', isImage: false, line: 4 },
    { target: 'e.ts', isImage: false, line: 4 },
  ]);
});

test('changes no code', () => {
  const page = '[a](b)\n```\n[a](b)\n```\n````md\n```\n[a](b)\n```\n````\n`[a](b)` [a](b)';
  const changed = page.replace(/^\[a\]\(b\)/, '[a](c)').replace(/\[a\]\(b\)$/, '[a](c)');
  expect(mapLinks(page, () => 'c')).toBe(changed);
});

test('names headings as the hosting site does', () => {
  const page =
    '# One, two & three\n## `verify(token)`\n## Again\n## Again\n### Über `x-y_z`: [a link](a.md)\n```sh\n# no heading\n```';
  expect([...listAnchors(page)]).toEqual(['one-two--three', 'verifytoken', 'again', 'again-1', 'über-x-y_z-a-link']);
});
