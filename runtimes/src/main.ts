// Runs the same cases on every runtime, against the built packages, and prints a table: node runtimes/src/main.ts
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { listApiCases } from './cases/api.ts';
import { listFeedCases } from './cases/feeds.ts';
import { listKeyCases } from './cases/keys.ts';
import { listAloneCases, listPlatformCases } from './cases/platform.ts';
import { listRequestCases } from './cases/requests.ts';
import { listRevocationCases } from './cases/revocations.ts';
import { listTokenCases } from './cases/tokens.ts';
import { listValueCases } from './cases/values.ts';
import { listWebhookCases } from './cases/webhooks.ts';
import { listEdgeRuntimes } from './edge.ts';
import { askHono } from './hono.ts';
import { startLocalServer } from './local-server.ts';
import { listPrograms } from './processes.ts';
import { printTable } from './table.ts';
import { examine, examineWorker, type Outcome } from './verdict.ts';
import { listWorkerds } from './workerd.ts';

buildPackages();
const server = await startLocalServer();
try {
  const groups = [
    await listTokenCases(),
    await listRequestCases(),
    await listKeyCases(server),
    await listRevocationCases(),
    await listFeedCases(server),
    listValueCases(),
    listApiCases(server),
    listWebhookCases(),
    await listPlatformCases(),
    await listAloneCases(),
  ];
  const [programs, workerds, edges] = [await listPrograms(), await listWorkerds(), await listEdgeRuntimes()];
  const asking = askHono();
  const outcomes: readonly Outcome[] = await Promise.all([
    ...programs.map((runtime) => examine(runtime, groups)),
    ...workerds.map((runtime) => examineWorker(runtime, groups, server)),
    ...edges.map((runtime) => examine(runtime, groups)),
  ]);
  const hono = await asking;
  const withHono = outcomes.map((outcome) => ({
    ...outcome,
    columns: [...outcome.columns, ...(hono.get(outcome.runtime) ?? [])],
  }));
  process.exitCode = printTable(withHono) ? 0 : 1;
} finally {
  server.close();
}

/** Builds the packages, so that the cases test what users install: not `src/`, and not an old `dist/`. */
function buildPackages(): void {
  const filters = ['--filter=@torii/core', '--filter=@torii/api', '--filter=@torii/revocation', '--filter=@torii/hono'];
  const { status, stdout } = spawnSync('turbo', ['run', 'build', '--output-logs=errors-only', ...filters], {
    cwd: join(import.meta.dirname, '..', '..'),
    encoding: 'utf8',
  });
  if (status === 0) return;
  console.error(`${stdout}\nThe packages could not be built.`);
  process.exit(1);
}
