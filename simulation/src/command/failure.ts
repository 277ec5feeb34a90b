import { inspect, styleText } from 'node:util';
import type { Shrunk } from '../runner/task.ts';
import { noStatement } from '../scenario.ts';
import { readStatements } from '../statements.ts';
import { timelineOf } from './timeline.ts';

/** Prints what was found: the statement, how to repeat it, the shortest plan, and what happened in it. */
export function printFailure(
  { scenario, seed, flags }: { readonly scenario: string; readonly seed: number; readonly flags: readonly string[] },
  { violation: { statement, text }, plan, trace, tried }: Shrunk,
): void {
  const heading =
    statement === noStatement
      ? `The scenario ${scenario} failed.`
      : `Statement ${statement} does not hold: ${readStatements().get(statement) ?? 'it is not in docs/statements.md'}`;
  const command = ['npm run simulate --', '--scenario', scenario, '--replay', String(seed), ...flags].join(' ');
  console.log(`\n${bold(heading)}\n\n  ${text}\n\nRepeat it:  ${command}`);
  console.log(`\n${bold(`The shortest plan that was found (${tried} tried)`)}\n`);
  console.log(
    inspect(plan, { depth: Infinity, maxArrayLength: Infinity, breakLength: 110, colors: process.stdout.isTTY }),
  );
  console.log(`\n${bold('What happens')}\n`);
  for (const line of timelineOf(trace)) console.log(line);
}

function bold(text: string): string {
  return process.stdout.isTTY ? styleText('bold', text) : text;
}
