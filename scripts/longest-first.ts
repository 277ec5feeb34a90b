// Sorts vitest's test files. Without results of an earlier run, as in CI, vitest sorts by file size, which is not
// duration.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Slow tests, which build apps, drive a browser or wait for servers. Started last, they would run alone at the end. */
const longest = [
  /\.(?:matrix|real)\.test\.ts$/,
  /^conformance\/test\/next/,
  /^examples\/(?:tour|next)\//,
  /^packages\/cli\/test\/(?:import|users|export|keys-nats)\.test\.ts$/,
  /^packages\/streams\/test\/(?:rotation|nats|publish)/,
  /\.browser\.test\.ts$/,
  /differential/,
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ project, moduleId }: TestSpecification): number {
  const path = moduleId.slice(project.config.root.length + 1);
  const rank = longest.findIndex((pattern) => pattern.test(path));
  return rank === -1 ? longest.length : rank;
}
