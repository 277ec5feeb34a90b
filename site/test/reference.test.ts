import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { listEntryPoints } from '../src/reference/entry-points.ts';
import { createReference } from '../src/reference/reference-pages.ts';

const fixtures = join(import.meta.dirname, 'fixtures', 'reference');
const pages = new Map<string, string>();

beforeAll(async () => {
  const entryPoint = (name: string, file: string) => ({
    name: `@torii/gate${name}`,
    package: { shortName: 'gate', place: 'packages/gate', folder: fixtures, manifest: { name: '@torii/gate' } },
    file: join(fixtures, file),
    address: `/reference/gate${name.replace('/', '-')}`,
  });
  const entryPoints = [entryPoint('', 'index.ts'), entryPoint('/more', 'more.ts')];
  for (const { address, markdown } of await createReference(entryPoints, join(fixtures, 'tsconfig.json'))) {
    pages.set(address, markdown);
  }
});

const page = () => pages.get('/reference/gate') ?? '';
const section = (name: string) =>
  page()
    .split(/^(?=### )/m)
    .find((each) => each.startsWith(`### ${name}\n`)) ?? '';

test('begins with the name of the entry point and links to its functions', () => {
  expect(page()).toMatch(/^# @torii\/gate\n\nFunctions: \[`createGate`\]\(\/reference\/gate#creategate\)\.\n\n/);
  expect(page()).toContain('[@torii/gate](/packages/gate)');
});

test('shows a function with its signatures, parameters, errors, example and types', () => {
  expect(section('createGate')).toBe(`### createGate

Creates a gate. See [\`GateOptions.seconds\`](/reference/gate#gateoptions).

\`\`\`ts
function createGate(options: GateOptions): Gate
function createGate<T extends object>(options: GateOptions<T>, second: boolean): Gate
\`\`\`

- \`options\`: all of them

**Throws** [\`ConfigError\`](/reference/gate#configerror) if an option is wrong

\`\`\`ts
createGate({ read });
\`\`\`

Types: [\`GateOptions\`](/reference/gate#gateoptions), [\`Gate\`](/reference/gate#gate)

## Options

`);
});

test('lists the fields of options, required ones first, with types, defaults and what is deprecated', () => {
  const fields = section('GateOptions').match(/^- .*$/gm);
  expect(fields).toEqual([
    '- `read:` `(request: T) => Promise<`[`Answer`](/reference/gate#answer)`>`',
    '- `base?:` `string`',
    '- `seconds?:` `number`, default `30`',
    '- `minutes?:` `number`',
  ]);
  expect(section('GateOptions')).toContain('  **Deprecated.** Use `seconds`.');
  expect(section('GateOptions')).toContain('interface GateOptions<T extends object = object> extends Base\n');
});

test('shows a type as its author wrote it', () => {
  expect(section('Answer')).toContain(`type Answer =
  /** Come in. */
  { readonly open: true } | { readonly open: false; readonly why: string }
`);
});

test('shows the members of a class, and nothing internal or inherited', () => {
  expect(page()).toContain(
    '#### ConfigError.toText()\n\nFor logs.\n\n```ts\ntoText(): string\n```\n\n**Returns** the code alone',
  );
  expect(section('ConfigError')).toContain('- `status:` `number`\n\n  What frameworks read.');
  expect(page()).not.toMatch(/hidden|stack|captureStackTrace/);
});

test('groups exports, and describes each one once', () => {
  expect(page().match(/^## .*$/gm)).toEqual(['## Functions', '## Options', '## Errors', '## Types', '## Constants']);
  expect(pages.get('/reference/gate-more')).toContain(
    '## Also exported\n\nThese are described with the package that defines them: [`Answer`](/reference/gate#answer), [`createGate`](/reference/gate#creategate).',
  );
  expect(pages.get('/reference/gate-more')).not.toContain('### createGate');
});

test('covers every entry point that users import, and no internal one', () => {
  const names = listEntryPoints().map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['@torii/core', '@torii/core/webhooks', '@torii/next/client', '@torii/conformance']),
  );
  expect(names.filter((name) => /internal|package\.json|\.json/.test(name))).toEqual([]);
  expect(names[0]).toBe('@torii/core');
});
