import { expect, test } from 'vitest';
import { listQuestions } from '../src/questions.ts';
import { collectResults } from '../src/run.ts';

test('a case that was not asked to its end has failed', () => {
  const questions = listQuestions({ without: ['webhooks'] });
  const [first, second, third] = questions;
  if (first === undefined || second === undefined || third === undefined) throw new Error('There are no cases.');
  const found = new Map([
    [first, []],
    [second, ['The request was let in.']],
  ]);
  const results = collectResults(questions, found);
  expect(results[0]).toMatchObject({ outcome: 'passed', details: [] });
  expect(results[1]).toMatchObject({ outcome: 'failed', details: ['The request was let in.'] });
  expect(results[2]).toMatchObject({ outcome: 'failed', details: ['The case was not asked to its end.'] });
  const leftOut = results.filter(({ needs }) => needs.includes('webhooks'));
  expect(leftOut.length).toBeGreaterThan(0);
  for (const { outcome } of leftOut) expect(outcome).toBe('left out');
});
