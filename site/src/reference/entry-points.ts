// The entry points of the published packages that have a page of reference.
import { join } from 'node:path';
import { listPackages, type Package } from '../../../scripts/workspace.ts';

export interface EntryPoint {
  /** What users import: `@torii/core/webhooks`. */
  readonly name: string;
  readonly package: Package;
  /** Its source file. */
  readonly file: string;
  readonly address: string;
}

/** These packages come first, because others re-export their types. Each type is described in the package that defines it. */
const first = ['core', 'api', 'authz', 'revocation', 'streams'];

export function listEntryPoints(packages: readonly Package[] = listPackages()): readonly EntryPoint[] {
  const rank = ({ shortName }: Package) => (first.includes(shortName) ? first.indexOf(shortName) : first.length);
  return packages
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap((each) =>
      Object.entries(each.manifest.exports ?? {}).flatMap(([key, target]) => {
        const source = (target as { readonly '@torii/source'?: string })['@torii/source'];
        if (source === undefined || key === './internal') return [];
        const path = key.slice(1);
        return {
          name: each.manifest.name + path,
          package: each,
          file: join(each.folder, source),
          address: `/reference/${each.shortName}${path.replaceAll('/', '-')}`,
        };
      }),
    );
}
