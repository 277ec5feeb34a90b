// Sends the conformance cases to an app of Hono on Bun, Deno and workerd. On Node, conformance/ does the same.

import type { Case } from '../../conformance/src/cases.ts';
import { connectTo } from '../../conformance/src/external-server.ts';
import { environmentOf, serveCommand } from '../../conformance/src/process-server.ts';
import { type CaseResult, runConformance } from '../../conformance/src/run.ts';
import type { StartServer } from '../../conformance/src/test-server.ts';
import { bundle } from './bundle.ts';
import { listServerCommands } from './processes.ts';
import type { Column } from './verdict.ts';
import { findWorkerServer } from './workerd.ts';

/** The results of each runtime, by its name: the columns of its row. */
export async function askHono(): Promise<ReadonlyMap<string, readonly Column[]>> {
  const columns = (await listServers()).map(
    async ([name, start]) =>
      [name, [columnOf(await runConformance(start, { change: (each) => asSeenIn(name, each) }))]] as const,
  );
  return new Map(await Promise.all(columns));
}

async function listServers(): Promise<readonly (readonly [name: string, start: StartServer])[]> {
  const commands = listServerCommands(await bundle('hono-in-process'));
  const worker = findWorkerServer(await bundle('hono-in-worker', ['workerd', 'worker']));
  return [
    ...commands.map(({ name, command }) => [name, serveCommand(command, { startSeconds: 60 })] as const),
    ...(worker === undefined ? [] : [[worker.name, startIn(worker.serve)] as const]),
  ];
}

function startIn(serve: NonNullable<ReturnType<typeof findWorkerServer>>['serve']): StartServer {
  return async (setting) => {
    const { url, stop } = await serve(environmentOf(setting));
    return { ...(await connectTo(url)), stop };
  };
}

/** What a case becomes if the runtime changes the request before Hono sees it. */
function asSeenIn(runtime: string, each: Case): Case {
  const { target, headers, answer } = each;
  // These runtimes join two headers into one value. It is refused too, but `Basic …, Bearer …` with `scheme_unsupported`.
  const isTwice = /Authorization.*Authorization/s.test(headers.flat().join());
  if (isTwice && answer.refusal === 'header_malformed')
    return { ...each, answer: { refusal: ['header_malformed', 'scheme_unsupported'] } };
  // Bun resolves dot segments, so Hono's router uses the resolved path too.
  const hasDots = /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(target);
  return runtime === 'Bun' && hasDots && answer.status !== undefined
    ? { ...each, answer: { publicOr: answer.status } }
    : each;
}

// Left out, because a server may respond before the whole body has arrived, and close the connection.
const leftOut = ['webhook: a body of 10 MB'];

function columnOf(results: readonly CaseResult[]): Column {
  const asked = results.filter(({ name, outcome }) => outcome !== 'left out' && !leftOut.includes(name));
  const problems = asked
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ name, options, details }) => `hono, ${name} (${options}): ${details.join(' ')}`);
  return { name: 'hono', asked: asked.length, problems };
}
