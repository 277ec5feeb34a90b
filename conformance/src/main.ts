#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { type Arguments, help, readArguments, UsageError } from './arguments.ts';
import { connectTo } from './external-server.ts';
import { serveCommand } from './process-server.ts';
import { createProgress } from './progress.ts';
import { describeResults, summarize } from './report.ts';
import { runConformance } from './run.ts';
import type { StartServer } from './test-server.ts';

// On Ctrl-C too, the handlers of `exit` stop the server.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(code));

const args = process.argv.slice(2);
const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
if (own.includes('--help') || own.includes('-h')) console.log(help);
else if (own.includes('--version')) {
  console.log(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
} else {
  try {
    process.exitCode = await run(readArguments(args));
  } catch (error) {
    const isUsage = error instanceof UsageError;
    console.error(error instanceof Error ? error.message : error);
    if (isUsage) console.error('torii-conformance --help lists the options.');
    process.exitCode = 2;
  }
}

async function run(options: Arguments): Promise<number> {
  const { subject, level, without, only, issuerPort, json, all } = options;
  const progress = createProgress(process.stderr);
  let failed = 0;
  let showsVisits = true;
  const start = 'command' in subject ? serveCommand(subject.command, options) : () => connectTo(subject.url);
  const watched: StartServer = async (setting) => {
    const server = await start(setting);
    showsVisits &&= server.takeVisits !== undefined;
    return server;
  };
  const results = await runConformance(watched, {
    level,
    without,
    only,
    ...(issuerPort !== undefined && { issuerPort }),
    ...('url' in subject && { onlyOptions: subject.options }),
    onResult({ outcome }, done, count) {
      if (outcome === 'failed') failed++;
      progress.show(done, count, failed);
    },
  }).finally(progress.clear);
  if (results.every(({ outcome }) => outcome === 'left out'))
    throw new Error('No case was asked. Change --only or --without.');
  if (json) console.log(JSON.stringify({ ...summarize(results, level), reportsVisits: showsVisits, results }, null, 2));
  else console.log(describeResults(results, level, all));
  if (!showsVisits && !json)
    console.log('The server has no /_conformance/visits: the handlers that ran were judged by the responses.');
  return failed === 0 ? 0 : 1;
}
