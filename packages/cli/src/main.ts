#!/usr/bin/env node
import { problemOfNode } from './node-version.ts';

const problem = problemOfNode(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`torii: ${problem}\n`);
  process.exitCode = 1;
} else {
  // Loaded only here: older versions of Node could not read it, and would show a stack instead of a sentence.
  const [{ runAsProcess }, { addCommands }] = await Promise.all([import('./run.ts'), import('./commands/index.ts')]);
  await runAsProcess(addCommands);
}
