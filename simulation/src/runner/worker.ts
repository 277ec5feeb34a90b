// Runs in a worker thread: tasks come in one at a time.
import { parentPort, workerData } from 'node:worker_threads';
import { type ProductSource, sourceFrom } from '../product/product.ts';
import type { Scenario } from '../scenario.ts';
import { runEpisode } from './episode.ts';
import { shrink } from './shrink.ts';
import type { Message, Reply } from './task.ts';

const { scenariosUrl }: { readonly scenariosUrl: string } = workerData;
const { scenarios }: { readonly scenarios: readonly Scenario<unknown>[] } = await import(scenariosUrl);
const port = parentPort;
if (port === null) throw new Error('This file runs only in a worker thread.');

/** The builds of this run. Only the newest few are kept, because planted faults need many. */
const sources = new Map<string, ProductSource>();
const maxSources = 12;

port.on('message', (message: Message) => void perform(message));
const send = (reply: Reply, moved: readonly ArrayBuffer[] = []): void => port.postMessage(reply, [...moved]);

async function perform(message: Message): Promise<void> {
  const scenario = scenarios.find(({ name }) => name === message.scenario);
  if (scenario === undefined) throw new Error(`There is no scenario ${message.scenario}.`);
  const begun = performance.now();
  const source = sourceOf(message);
  if (message.kind === 'shrink') {
    const shrunk = await shrink(scenario, message.seed, source, (tried) => send({ kind: 'progress', tried }));
    if (shrunk === undefined)
      throw new Error(`Seed ${message.seed} of ${scenario.name} violated a statement only once.`);
    return send({ kind: 'shrunk', shrunk });
  }
  const { violation, processHours, trace } = await runEpisode(scenario, message.seed, source);
  const text = new TextEncoder().encode(trace.map((line) => `${line}\n`).join(''));
  const tookMs = performance.now() - begun;
  const checked = { violation, processHours, tookMs, lines: trace.length, trace: text };
  send({ kind: 'checked', checked }, [text.buffer]);
}

function sourceOf({ build: { id, text, ambient } }: Message): ProductSource {
  const known = sources.get(id);
  if (known !== undefined) return known;
  if (text === undefined) throw new Error(`The build ${id} was not sent to this worker.`);
  const [oldest] = sources.keys();
  if (sources.size >= maxSources && oldest !== undefined) sources.delete(oldest);
  const source = sourceFrom(text, ambient);
  sources.set(id, source);
  return source;
}
