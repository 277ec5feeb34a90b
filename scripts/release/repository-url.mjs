// The URL of the repository is written in one place, `repository` of the root's package.json. The manifests and the links of the
// published packages are made from it. Plain JavaScript, because `npm run release:publish` reads it before anything is installed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export function readRepositoryUrl(root) {
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (repository === undefined) return undefined;
  if (typeof repository === 'string' && /^https:\/\/[\w.-]+\/[\w.-]+\/[\w.-]+$/.test(repository)) {
    if (!repository.endsWith('.git')) return repository;
  }
  throw new Error(
    `\`repository\` in package.json cannot be used: ${JSON.stringify(repository)}. Write the URL of its page, without ` +
      '`.git` or a slash at the end, such as "https://github.com/OWNER/NAME".',
  );
}
