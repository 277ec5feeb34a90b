// Fails if the built declarations of a package mention a type that the users of the package cannot import from it.
import { listPackages } from '../workspace.ts';
import { findUnnamedTypes } from './unnamed-types.ts';

const packages = listPackages();
const problems = findUnnamedTypes(packages);
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`every type that ${packages.length} packages mention can be imported from them`);
process.exitCode = problems.length === 0 ? 0 : 1;
