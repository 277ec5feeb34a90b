import { ToriiConfigError } from '@torii/core';
import type { Context } from '../../../context.ts';
import { describeFailure, isKeyRefused } from '../../../failure-text.ts';
import { CommandFailure } from '../../../failures.ts';
import { printable, withoutSecrets } from '../../../output/printable.ts';
import type { LineResult } from './send-lines.ts';

type Result = LineResult | { readonly line: number; readonly raw: Buffer; readonly outcome: 'good' };

interface LineRecord {
  readonly line: number;
  readonly outcome: 'created' | 'taken' | 'earlier' | 'failed' | 'good';
  readonly id?: string;
  readonly ignored?: readonly string[];
  readonly email?: string;
  readonly problem?: string;
}

export interface Report {
  readonly failed: number;
  follow(
    results: AsyncIterable<Result>,
    say: (text: string) => void,
    advance?: (lines: number) => void,
    reject?: (raw: Buffer) => Promise<void>,
  ): AsyncIterable<LineRecord>;
  summary(): string;
  demandSuccess(): void;
}

const words = {
  created: 'created',
  taken: 'taken (the email already has a user)',
  earlier: 'done by an earlier run',
  good: 'valid',
  failed: 'failed',
} as const;

export function startReport({ env }: Context): Report {
  const counts = new Map<keyof typeof words, number>();
  const countOf = (outcome: keyof typeof words) => counts.get(outcome) ?? 0;

  return {
    get failed() {
      return countOf('failed');
    },
    async *follow(results, say, advance, reject) {
      for await (const result of results) {
        if (result.outcome === 'left') continue;
        const record = recordOf(result);
        counts.set(record.outcome, countOf(record.outcome) + 1);
        if (record.outcome === 'taken')
          say(`line ${record.line}: the email is taken: ${printable(record.email ?? '')}`);
        if (record.ignored !== undefined)
          say(`line ${record.line}: created, but Torii ignored ${record.ignored.join(', ')}`);
        if (record.problem !== undefined) say(`line ${record.line}: failed: ${printable(record.problem)}`);
        if (record.outcome === 'failed') await reject?.(result.raw);
        advance?.(Math.max(1, result.raw.toString('latin1').split('\n').length - 1));
        yield record;
      }
    },
    summary() {
      const parts = Object.entries(words).flatMap(([outcome, word]) => {
        const count = countOf(outcome as keyof typeof words);
        return count === 0 ? [] : [`${count} ${word}`];
      });
      return parts.length === 0 ? 'There were no users to import.' : `${parts.join(', ')}.`;
    },
    demandSuccess() {
      const failed = countOf('failed');
      if (failed > 0)
        throw new CommandFailure(failed === 1 ? '1 line failed. Fix it.' : `${failed} lines failed. Fix them.`);
    },
  };

  function recordOf(result: Exclude<Result, { outcome: 'left' }>): LineRecord {
    const { raw: _, ...record } = result;
    if (!('error' in record)) return record;
    const { line, outcome, error, password } = record;
    // The message of a ToriiConfigError names a field of the file. describeFailure() would name a flag.
    const isAboutField = error instanceof ToriiConfigError && !isKeyRefused(error);
    const text = isAboutField ? error.message : describeFailure(error, env).text;
    // Remove the password from the error text, because the server can quote the password that was sent.
    const problem = password ? text.replaceAll(password, '[password]') : text;
    return { line, outcome, problem: withoutSecrets(problem) };
  }
}
