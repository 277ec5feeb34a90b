import type { Output } from '../../output/output.ts';
import { printable } from '../../output/printable.ts';
import { type Column, drawTable, wrap } from '../../output/table.ts';
import type { Finding } from './finding.ts';

const signs: Readonly<Record<Finding['result'], string>> = { passed: '✓', warning: '!', failed: '✗', skipped: '-' };
const colors = { passed: 'green', warning: 'yellow', failed: 'red', skipped: 'gray' } as const;

const columns: readonly Column<Finding>[] = [
  { title: 'result', value: ({ result }) => result },
  { title: 'check', value: ({ check }) => check },
  { title: 'found', value: ({ found }) => found },
  { title: 'advice', value: ({ advice }) => advice },
];

/** Draws the findings, and below them what to do. Without colors, the signs are words. Writes a table in a pipe. */
export function drawReport(output: Output, findings: readonly Finding[]): string {
  if (!output.isTerminal) return drawTable(output, columns, findings);
  const list = findings.map((finding) => drawFinding(output, finding, findings)).join('');
  const advice = findings
    .filter((finding) => finding.advice !== null)
    .map((finding) => `\n${drawLine(output, `${signOf(output, finding)} `, `${finding.check}: ${finding.advice}`)}`);
  const end = advice.length === 0 ? '\nEverything is fine.\n' : '';
  return list + advice.join('') + end;
}

function drawFinding(output: Output, finding: Finding, findings: readonly Finding[]): string {
  const widest = Math.max(...findings.map(({ check }) => check.length));
  const words = Math.max(...findings.map((each) => plainSignOf(output, each).length));
  const sign = signOf(output, finding) + ' '.repeat(words - plainSignOf(output, finding).length);
  const start = `${sign}  ${finding.check.padEnd(widest)}  `;
  if (words + widest + 4 < output.columns / 2) return drawLine(output, start, finding.found, words + widest + 4);
  return `${sign}  ${finding.check}\n${drawLine(output, '  ', finding.found, 2)}`;
}

function plainSignOf({ hasColors }: Output, { result }: Finding): string {
  return hasColors ? signs[result] : result;
}

function signOf(output: Output, finding: Finding): string {
  return output.style(colors[finding.result], plainSignOf(output, finding));
}

/** Breaks a text between words, and indents all lines but the first. */
function drawLine({ columns }: Output, start: string, text: string, indent = 2): string {
  return `${start}${wrap(printable(text), columns - indent).join(`\n${' '.repeat(indent)}`)}\n`;
}
