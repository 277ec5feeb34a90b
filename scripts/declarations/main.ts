// Fails if the built declarations of a package mention a type that the users of the package cannot import from it, or if they
// declare another public API than public-api/, which is made from the sources.
import { listPackages } from '../workspace.ts';
import { compareApi } from './api-files.ts';
import { describePublicApi } from './public-api.ts';
import { findUnnamedTypes } from './unnamed-types.ts';

const packages = listPackages();
const problems = [...findUnnamedTypes(packages)];
const difference = compareApi(describePublicApi(packages, 'types'));
if (difference !== '') problems.push(`The built declarations differ from public-api/:\n\n${difference}`);
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`every type that ${packages.length} packages mention can be imported from them`);
process.exitCode = problems.length === 0 ? 0 : 1;
