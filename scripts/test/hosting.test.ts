// What the hosting site reads: workflows, forms for issues, updates of dependencies. And the files that editors and Node managers read.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readRepositoryUrl } from '../release/repository-url.mjs';
import { listPackages, readManifest, repository } from '../workspace.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly uses?: string;
        readonly steps?: readonly Step[];
        readonly permissions?: Readonly<Record<string, string>>;
        readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
        readonly 'continue-on-error'?: boolean;
      }
    >
  >;
}

const published = listPackages().filter(({ manifest }) => manifest.private !== true);
const { scripts } = readJson('package.json') as { readonly scripts: Readonly<Record<string, string>> };
const files = globSync('.github/workflows/*.yml', { cwd: repository }).sort();
const workflows = files.map((file) => ({ name: basename(file), text: read(file), workflow: readYaml<Workflow>(file) }));

test('there are workflows for tests, slow tests, releases and CodeQL', () => {
  expect(workflows.map(({ name }) => name)).toEqual(['ci.yml', 'codeql.yml', 'matrix.yml', 'release.yml']);
});

test.each(workflows)('$name runs only commands of package.json', ({ workflow }) => {
  const commands = stepsOf(workflow).flatMap(({ run }) => (run === undefined ? [] : [run]));
  for (const command of commands) {
    const [, name = ''] = /^npm (?:run )?([\w:-]+)(?: -- --[\w-]+)*$/.exec(command) ?? [];
    expect(Object.keys(scripts), command).toContain(name);
  }
});

test.each(workflows)('$name names each action by a commit, with its version', ({ workflow, text }) => {
  const jobs = Object.values(workflow.jobs).flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
  const actions = [...jobs, ...stepsOf(workflow).flatMap(({ uses }) => (uses === undefined ? [] : [uses]))];
  for (const action of actions.filter((uses) => !uses.startsWith('./'))) {
    expect(action).toMatch(/^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/);
    expect(text).toMatch(new RegExp(`${action} # v\\d+\\.\\d+\\.\\d+\n`));
  }
});

test.each(workflows)('$name may only read, except for what a job needs', ({ name, workflow }) => {
  expect(workflow.permissions).toEqual({ contents: 'read' });
  const more = Object.entries(workflow.jobs).map(([job, { permissions }]) => [job, permissions ?? {}] as const);
  const written = more.flatMap(([job, all]) =>
    Object.entries(all).flatMap(([key, value]) => (value === 'write' ? [`${job}: ${key}`] : [])),
  );
  const allowed: Readonly<Record<string, readonly string[]>> = {
    'release.yml': ['publish: id-token'],
    'codeql.yml': ['analyze: security-events'],
  };
  expect(written).toEqual(allowed[name] ?? []);
});

test.each(workflows)('$name keeps no login of git after the checkout', ({ workflow }) => {
  for (const step of stepsOf(workflow).filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
    expect(step.with).toMatchObject({ 'persist-credentials': false });
  }
});

test('CI runs on the Node versions that the packages support, and may fail only on systems that were never tried', () => {
  const { test: main, untested } = workflows[0]?.workflow.jobs ?? {};
  const { optionalDependencies = {} } = readManifest(join(repository, 'runtimes'));
  const supported = Object.values(optionalDependencies).flatMap(
    (version) => /^npm:node-.*@(\d+)/.exec(version)?.[1] ?? [],
  );
  expect(main?.strategy?.matrix['node']?.map((version) => version.split('.')[0])).toEqual(supported);
  expect(main?.strategy?.matrix['node']?.[0]).toBe('20.19');
  expect(main?.['continue-on-error']).toBeUndefined();
  expect(untested?.['continue-on-error']).toBe(true);
});

test('an issue is written in a form, and a vulnerability is reported in private', () => {
  const url = readRepositoryUrl(repository);
  const config = readYaml<Record<string, unknown>>('.github/ISSUE_TEMPLATE/config.yml');
  const link = {
    name: 'Vulnerability',
    url: `${url}/security/advisories/new`,
    about: 'Report it in private. Only the maintainers can read it.',
  };
  expect(config).toEqual({ blank_issues_enabled: false, ...(url === undefined ? {} : { contact_links: [link] }) });
});

test.each(['bug', 'feature', 'question'])('the form %s has a name and fields with labels', (name) => {
  const form = readYaml<{ name: string; description: string; body: readonly Field[] }>(
    `.github/ISSUE_TEMPLATE/${name}.yml`,
  );
  expect(Object.keys(form)).toEqual(['name', 'description', 'labels', 'body']);
  const fields = form.body.filter(({ type }) => type !== 'markdown');
  expect(fields.length).toBeGreaterThan(1);
  for (const { type, id, attributes } of fields) {
    expect(['checkboxes', 'dropdown', 'input', 'textarea']).toContain(type);
    expect(id).toMatch(/^\w+$/);
    expect(attributes.label).not.toBe('');
  }
  const choice = fields.find(({ id }) => id === 'package');
  if (name === 'bug')
    expect(choice?.attributes.options?.toSorted()).toEqual(published.map(({ manifest }) => manifest.name));
});

test('dependencies and actions are updated weekly, in groups', () => {
  const { updates } = readYaml<{ updates: readonly Record<string, unknown>[] }>('.github/dependabot.yml');
  expect(updates).toMatchObject([
    {
      'package-ecosystem': 'npm',
      schedule: { interval: 'weekly' },
      groups: { tools: { 'dependency-type': 'development' } },
    },
    { 'package-ecosystem': 'github-actions', schedule: { interval: 'weekly' }, groups: { actions: {} } },
  ]);
});

test('.nvmrc names the version that run.mjs adds if Node is too old', () => {
  const [, version] = /nodeVersion = '([\d.]+)'/.exec(read('scripts/run.mjs')) ?? [];
  expect(read('.nvmrc').trim()).toBe(version);
});

test('.editorconfig agrees with the formatter', () => {
  const { formatter } = readJson('biome.json') as { readonly formatter: Readonly<Record<string, unknown>> };
  const settings = Object.fromEntries(
    [
      ...(read('.editorconfig')
        .split('[*.md]')[0]
        ?.matchAll(/^(\w+) = (\w+)$/gm) ?? []),
    ].map(([, key, value]) => [key, value]),
  );
  expect(settings).toMatchObject({
    indent_style: formatter['indentStyle'],
    indent_size: String(formatter['indentWidth']),
    max_line_length: String(formatter['lineWidth']),
    end_of_line: /eol=(\w+)/.exec(read('.gitattributes'))?.[1],
  });
});

test('docs/versions.md names the versions that the manifests accept', () => {
  const page = read('docs/versions.md').replaceAll('\\|', '|');
  const ranges = new Set(
    published.flatMap(({ manifest: { peerDependencies = {} } }) =>
      Object.entries(peerDependencies)
        .filter(([name]) => !/^(@torii|@types)\/|^jose$/.test(name))
        .map(([name, range]) => `\`${name}\` \`${range}\``),
    ),
  );
  expect(ranges.size).toBeGreaterThan(5);
  for (const range of ranges) expect(page).toContain(range);
  for (const { manifest } of published) {
    const oldest = manifest.engines?.['node']?.replace('>=', '') ?? 'missing';
    expect(page).toMatch(new RegExp(`^\\| Node \\|.* ${oldest.replace('.', '\\.')}[,. ]`, 'm'));
  }
});

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: { readonly label?: string; readonly options?: readonly string[] };
}

function stepsOf({ jobs }: Workflow): readonly Step[] {
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
}

function read(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

function readJson(path: string): unknown {
  return JSON.parse(read(path));
}

function readYaml<Content>(path: string): Content {
  return parse(read(path));
}
