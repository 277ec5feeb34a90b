// Publishes all packages: npm run release:publish [-- --dry-run] [-- --provenance]
// First checks what needs no installation, then runs both test suites, then publishes.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutCredentials } from './credentials.mjs';
import { readRepositoryUrl } from './repository-url.mjs';

const options = process.argv.slice(2);
const root = process.cwd();
const problem = findProblem();
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
// Tests run the code of many development dependencies. They do not get the publishing credentials.
const environment = withoutCredentials(process.env);
run(environment, 'npm', 'test');
run(environment, 'npm', 'run', 'test:matrix');
run(process.env, 'node', 'scripts/run.mjs', 'node', 'scripts/release/publish.ts', ...options);

function findProblem() {
  try {
    if (readRepositoryUrl(root) === undefined) {
      return (
        'The URL of the repository is not known, so the packages cannot link to it. Add it to package.json at the ' +
        'root of the repository: "repository": "https://github.com/OWNER/NAME".'
      );
    }
  } catch (error) {
    return error.message;
  }
  const unknown = options.find((option) => !['--dry-run', '--provenance'].includes(option));
  if (unknown !== undefined) return `The option ${unknown} is unknown. Use --dry-run or --provenance.`;

  const changes = readdirSync(join(root, '.changeset')).filter((name) => name.endsWith('.md'));
  if (changes.length > 0) {
    return `There are changesets without a version: ${changes.join(', ')}. Run \`npm run release:version\` and commit.`;
  }
  if (options.includes('--dry-run')) return undefined;
  const changed = git('status', '--porcelain');
  if (changed !== '') return `Files differ from the last commit. Commit them first:\n${changed}`;
  // The links of the published READMEs name this tag.
  const { version } = JSON.parse(readFileSync(join(root, 'packages', 'core', 'package.json'), 'utf8'));
  if (!git('tag', '--points-at', 'HEAD').split('\n').includes(`v${version}`)) {
    return `The last commit has no tag v${version}. Create the tag and push it: git tag v${version} && git push origin v${version}`;
  }
  return undefined;
}

function git(...args) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`git ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout.trim();
}

function run(env, command, ...args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
