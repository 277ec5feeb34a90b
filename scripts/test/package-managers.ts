// npm, pnpm and yarn, as users call them in a shell.
import { join } from 'node:path';
import { installApp } from '../packed-app.ts';

export interface PackageManager {
  readonly name: string;
  /** The version of yarn that `installYarn` installs for it. */
  readonly yarn?: keyof typeof yarns;
  /** What a user runs in an empty folder before the first install. */
  readonly init?: string;
  /** Translates an `npm install` command for this package manager. */
  readonly add: (line: string) => string;
  /** Runs a program of Node. */
  readonly node: string;
  /** Runs a program of an installed package. */
  readonly exec: string;
  /** Lists the installed packages, and fails if a peer dependency is missing. */
  readonly list: string;
  /** What it prints if a peer dependency is missing. */
  readonly complaint: RegExp;
  /** Makes it strict about peer dependencies. */
  readonly environment: Readonly<Record<string, string>>;
}

const yarns = {
  1: ['yarn', '1.22.22'],
  4: ['@yarnpkg/cli-dist', '4.18.1'],
} as const;

const addOf = (program: string, flag: string) => (line: string) =>
  line.replace('npm install', `${program} add`).replace('--save-dev', flag);

const yarn4 = {
  yarn: 4,
  init: 'yarn init --yes',
  add: addOf('yarn', '--dev'),
  node: 'yarn node',
  exec: 'yarn run',
  list: 'yarn explain peer-requirements',
  complaint: /YN0002|YN0060|YN0068|YN0086|✘|peer dependenc/,
} as const;

export const packageManagers: readonly PackageManager[] = [
  {
    name: 'npm',
    init: 'npm init --yes',
    add: (line) => line,
    node: 'node',
    exec: 'npx',
    list: 'npm ls --all',
    complaint: /ERESOLVE|UNMET DEPENDENCY|invalid:|extraneous|peer dep/i,
    environment: { npm_config_strict_peer_deps: 'true' },
  },
  {
    name: 'pnpm',
    add: addOf('pnpm', '--save-dev'),
    node: 'node',
    exec: 'pnpm exec',
    list: 'pnpm ls',
    complaint: /(?:unmet|missing|issues with) peer/i,
    // Otherwise pnpm installs missing peer dependencies by itself, where the app cannot import them.
    environment: { pnpm_config_auto_install_peers: 'false', pnpm_config_strict_peer_dependencies: 'true' },
  },
  {
    name: 'yarn 1',
    yarn: 1,
    init: 'yarn init --yes',
    add: addOf('yarn', '--dev'),
    node: 'node',
    exec: 'yarn run --silent',
    list: 'yarn check --integrity',
    complaint: /warning.* peer dependency/,
    environment: {},
  },
  { ...yarn4, name: 'yarn 4 with node_modules', environment: { YARN_NODE_LINKER: 'node-modules' } },
  { ...yarn4, name: 'yarn 4 with Plug’n’Play', environment: { YARN_NODE_LINKER: 'pnp' } },
];

/** Installs each version of yarn into a folder. Returns the folders that go on the PATH. */
export function installYarns(folder: string): ReadonlyMap<PackageManager['yarn'], string> {
  return new Map(
    ([1, 4] as const).map((version) => {
      const [name, exact] = yarns[version];
      const target = join(folder, `yarn-${version}`);
      installApp(target, new Map(), [], { [name]: exact });
      return [version, join(target, 'node_modules', '.bin')];
    }),
  );
}
