import type { Case, Group, ScriptName } from './case.ts';
import { feedStories, tellFeedStory } from './feed-visits.ts';
import type { LocalServer } from './local-server.ts';
import type { Runtime } from './runtime.ts';
import { stories, tellStory } from './visits.ts';
import type { Workerd } from './workerd.ts';

export interface Outcome {
  readonly runtime: string;
  /** Why the runtime was skipped. `undefined` if it ran. */
  readonly missing?: string | undefined;
  readonly columns: readonly Column[];
  readonly seconds: number;
}

export interface Column {
  readonly name: string;
  readonly asked: number;
  /** A sentence for each case that failed. */
  readonly problems: readonly string[];
}

export async function examine(runtime: Runtime, groups: readonly Group[]): Promise<Outcome> {
  return timed(runtime, async () => [
    ...(await examineScript('cases', runtime, groups)),
    ...(await examineScript('alone', runtime, groups)),
  ]);
}

async function examineScript(name: ScriptName, runtime: Runtime, groups: readonly Group[]): Promise<readonly Column[]> {
  const running = await runtime.start(name);
  try {
    const asked = groups.filter(({ script = 'cases' }) => script === name);
    return await askGroups(runtime, asked, (questions) => running.ask(questions));
  } finally {
    running.stop();
  }
}

export async function examineWorker(runtime: Workerd, groups: readonly Group[], server: LocalServer): Promise<Outcome> {
  const [outcome, visits] = await Promise.all([
    examine(runtime, groups),
    timed(runtime, async () => {
      const told = await Promise.all([
        ...stories.map((story) => tellStory(story, runtime, server)),
        ...feedStories.map((story) => tellFeedStory(story, runtime, server)),
      ]);
      const all = [...stories, ...feedStories];
      const problems = all.flatMap(({ name, expected }, i) => compare(name, expected, told[i]));
      return [{ name: 'visits', asked: all.length, problems }];
    }),
  ]);
  return {
    ...outcome,
    columns: [...outcome.columns, ...visits.columns],
    seconds: Math.max(outcome.seconds, visits.seconds),
  };
}

async function timed(runtime: Runtime, work: () => Promise<readonly Column[]>): Promise<Outcome> {
  const { name, missing } = runtime;
  if (missing !== undefined) return { runtime: name, missing, columns: [], seconds: 0 };
  const start = performance.now();
  const columns = await work().catch((error): readonly Column[] => [
    { name: 'start', asked: 1, problems: [`the runtime failed: ${error}`] },
  ]);
  return { runtime: name, columns, seconds: (performance.now() - start) / 1000 };
}

type Ask = (
  questions: readonly Case['question'][],
) => Promise<{ answers: readonly string[]; trouble?: string | undefined }>;

async function askGroups({ kind }: Runtime, groups: readonly Group[], ask: Ask): Promise<readonly Column[]> {
  const asked = groups.map(({ name, cases }) => ({
    name,
    cases: cases.filter(({ only }) => only === undefined || kind !== 'bundled'),
  }));
  const { answers, trouble } = await ask(asked.flatMap(({ cases }) => cases.map(({ question }) => question)));
  let next = 0;
  const columns = asked.map(({ name, cases }): Column => {
    const problems = cases.flatMap((each) => {
      const expected = kind === 'node' ? (each.expectedOnNode ?? each.expected) : each.expected;
      return compare(`${name}, ${each.name}`, expected, answers[next++]);
    });
    return { name, asked: cases.length, problems };
  });
  return trouble === undefined ? columns : [...columns, { name: 'end', asked: 1, problems: [trouble] }];
}

function compare(name: string, expected: string, answer: string | undefined): readonly string[] {
  return answer === expected ? [] : [`${name}: expected ${expected}, got ${answer ?? 'no answer'}`];
}
