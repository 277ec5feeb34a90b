// One page of reference per entry point.
import { join } from 'node:path';
import { type DeclarationReflection, ReflectionKind } from 'typedoc';
import { anchorOf } from '../../../scripts/markdown.ts';
import type { GeneratedPage } from '../collect.ts';
import { siteFolder } from '../places.ts';
import { type Converted, convert, type SourceTexts } from './convert.ts';
import { describe } from './declarations.ts';
import { type EntryPoint, listEntryPoints } from './entry-points.ts';
import { Names, targetOf } from './names.ts';

export async function createReference(
  entryPoints: readonly EntryPoint[] = listEntryPoints(),
  tsconfig: string = join(siteFolder, 'tsconfig.reference.json'),
): Promise<readonly GeneratedPage[]> {
  const { converted, texts } = await convert(entryPoints, tsconfig);
  const names = new Names(converted);
  return converted.map((each) => referencePage(each, names, texts));
}

function referencePage({ entryPoint, exports }: Converted, names: Names, texts: SourceTexts): GeneratedPage {
  const { name, address } = entryPoint;
  const own = exports.filter((each) => targetOf(each) === each);
  const again = exports.filter((each) => targetOf(each) !== each);
  const context = { names, texts, page: address };
  const blocks = [
    `# ${name}`,
    introduction(entryPoint, own),
    ...groups.flatMap(({ title }) => {
      const members = own
        .filter((each) => groups.find((group) => group.includes(each))?.title === title)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      return members.length === 0 ? [] : [`## ${title}`, ...members.flatMap((each) => describe(each, context))];
    }),
    ...exportedAgain(again, names),
  ];
  return {
    source: `reference/${address.split('/').at(-1)}`,
    address,
    markdown: blocks.filter((each) => each !== '').join('\n\n'),
  };
}

interface Group {
  readonly title: string;
  readonly includes: (reflection: DeclarationReflection) => boolean;
}

/** An export belongs to the first group that includes it. */
const groups: readonly Group[] = [
  { title: 'Functions', includes: (each) => each.kindOf(ReflectionKind.Function) },
  { title: 'Options', includes: ({ name }) => /(?:Options|Params)$/.test(name) },
  { title: 'Errors', includes: (each) => each.kindOf(ReflectionKind.Class) && each.name.endsWith('Error') },
  { title: 'Classes', includes: (each) => each.kindOf(ReflectionKind.Class) },
  { title: 'Types', includes: (each) => each.kindOf([ReflectionKind.Interface, ReflectionKind.TypeAlias]) },
  { title: 'Constants', includes: () => true },
];

function introduction(
  { package: { manifest, shortName }, address }: EntryPoint,
  own: readonly DeclarationReflection[],
): string {
  const functions = own
    .filter((each) => each.kindOf(ReflectionKind.Function))
    .map(({ name }) => `[\`${name}\`](${address}#${anchorOf(name)})`)
    .toSorted();
  const what = functions.length === 0 ? 'Types only.' : `Functions: ${functions.join(', ')}.`;
  return `${what}\n\nThe package and its options are explained in [${manifest.name}](/packages/${shortName}).`;
}

function exportedAgain(references: readonly DeclarationReflection[], names: Names): readonly string[] {
  if (references.length === 0) return [];
  const links = references
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((each) => {
      const address = names.addressOf(targetOf(each));
      return address === undefined ? `\`${each.name}\`` : `[\`${each.name}\`](${address})`;
    });
  return ['## Also exported', `These are described with the package that defines them: ${links.join(', ')}.`];
}
