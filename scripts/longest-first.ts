// Sorts vitest's test files. Without results of an earlier run, as in CI, vitest sorts by file size, which is not
// duration. Tests that wait are spread over the run.
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Slow tests, which build apps, drive a browser or wait for servers. Started last, they would run alone at the end. */
const longest = [
  /\.(?:matrix|real)\.test\.ts$/,
  /^conformance\/test\/next/,
  /^examples\/(?:tour|next)\//,
  /^packages\/cli\/test\/(?:import|users|export)\.test\.ts$/,
  /\.browser\.test\.ts$/,
  /differential/,
];

/** Tests that mostly wait for servers and time limits. If several of them run at once, the processors are idle. */
const waiting = [
  /^packages\/streams\/test\/outages/,
  /^packages\/authz\/test\/store/,
  /^packages\/cli\/test\/(?:keys-nats|signals)/,
  /^conformance\/test\/webhook-store/,
  /^examples\/recipes\/socket-io\/test\/lifetime/,
  /frozen-process/,
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
    const idle = sorted.filter(waits);
    const busy = sorted.filter((file) => !waits(file));
    // Puts one waiting file after every two others, until none is left.
    return [...busy.flatMap((file, index) => (index % 2 === 1 ? [file, ...idle.splice(0, 1)] : [file])), ...idle];
  }
}

function rankOf(file: TestSpecification): number {
  const rank = longest.findIndex((pattern) => pattern.test(pathOf(file)));
  return rank === -1 ? longest.length : rank;
}

function waits(file: TestSpecification): boolean {
  return waiting.some((pattern) => pattern.test(pathOf(file)));
}

function pathOf({ project, moduleId }: TestSpecification): string {
  return moduleId.slice(project.config.root.length + 1);
}
