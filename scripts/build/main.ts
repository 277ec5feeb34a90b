// Builds the package in the current folder. Each package's script `build` runs it.
import { buildPackage } from './package-build.ts';

await buildPackage(process.cwd());
