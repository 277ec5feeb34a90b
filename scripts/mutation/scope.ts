import { globSync } from 'node:fs';
import { repository } from '../workspace.ts';

export interface Scope {
  /** The name of the package's folder. */
  readonly name: string;
  /** The files to mutate, as patterns inside the package. */
  readonly files: readonly string[];
  /** Tests that are left out because they are slow, or have another subject. Patterns inside the package's `test/`. */
  readonly excludedTests: readonly string[];
}

/** The code that decides who gets in. */
export const scopes: readonly Scope[] = [
  {
    name: 'core',
    files: [
      'src/{authenticate,verifier,token-verifier,auth,checks,guards,denial,answer,events,registry,emitter}.ts',
      'src/{request,token,keys,time}/*.ts',
      'src/options/{verify-options,request-options,paths,origins,issuer-url,loopback,reader,verifier-options}.ts',
    ],
    excludedTests: ['**/differential*', 'patch.test.ts', 'webhook-*', 'jwt.test.ts', 'exports.test.ts'],
  },
  {
    name: 'authz',
    files: ['src/{authz,options}.ts', 'src/rules/*.ts', 'src/policy/{permission,permission-tree,decision-memory}.ts'],
    excludedTests: ['stores.test.ts', 'exports.test.ts'],
  },
];

/** The files of a scope, as paths from the repository's root. Only those at or below one of `paths`, if given. */
export function listFiles({ name, files }: Scope, paths: readonly string[]): readonly string[] {
  return globSync([...files], { cwd: `${repository}/packages/${name}` })
    .map((file) => `packages/${name}/${file}`)
    .filter(
      (file) =>
        paths.length === 0 ||
        paths.some((path) => `${file}/`.startsWith(`packages/${path.replace(/^packages\/|\/$/g, '')}/`)),
    )
    .sort();
}
