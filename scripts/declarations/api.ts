// Writes the public API of each package to public-api/, or with --check fails if a file differs: npm run api [-- --check]
import { listPackages } from '../workspace.ts';
import { compareApi, writeApi } from './api-files.ts';
import { describePublicApi } from './public-api.ts';

const packages = listPackages().filter(({ manifest }) => manifest.private !== true);
const texts = describePublicApi(packages, '@torii/source');
if (process.argv.includes('--check')) {
  const difference = compareApi(texts);
  if (difference === '') console.log(`the public API of ${packages.length} packages is unchanged`);
  else {
    console.error(
      'The public API differs from public-api/. If the change is intended, run `npm run api` and commit the files. docs/versions.md says ' +
        `which kind of release it needs.\n\n${difference}`,
    );
    process.exitCode = 1;
  }
} else writeApi(texts);
