#!/usr/bin/env node
import { docsUrlOf } from './docs-url.ts';
import { EmulatorError } from './errors.ts';
import { requireSupportedNode } from './node-version.ts';
import { untilSignal } from './program/signals.ts';

const ended = untilSignal();

try {
  requireSupportedNode();
  // A static import would fail on an older Node, before requireSupportedNode() can report the version.
  const { runProgram } = await import('./program/run.ts');
  process.exitCode = await runProgram(process.argv.slice(2), ended);
} catch (error) {
  if (!(error instanceof EmulatorError)) throw error;
  process.stderr.write(`${error.message} See ${docsUrlOf(error)}\n`);
  process.exitCode = 1;
}
