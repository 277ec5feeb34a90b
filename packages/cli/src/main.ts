#!/usr/bin/env node
import { problemOfNode } from './node-version.ts';

const problem = problemOfNode(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`torii: ${problem}\n`);
  process.exitCode = 1;
} else {
  // Imported after the version check: older versions of Node cannot parse these modules.
  const [{ runAsProcess }, { addCommands }] = await Promise.all([import('./run.ts'), import('./commands/index.ts')]);
  await runAsProcess(addCommands);
}
