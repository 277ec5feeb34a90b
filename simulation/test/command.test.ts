import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOptions, UsageError } from '../src/command/options.ts';
import { counterScenarios, hashOf, simulate } from './command.ts';

const counter = ['--scenarios', counterScenarios];

test.each([
  [['--hours', '0'], '--hours is "0"'],
  [['--hours', '-1'], '--hours is "-1"'],
  [['--hours'], '--hours needs a value'],
  [['--hours', '--seed', '1'], '--hours needs a value'],
  [['--seed', '1.5'], '--seed is "1.5"'],
  [['--seed', '4294967296'], '--seed is "4294967296"'],
  [['--seed', '1', '--seed', '2'], 'given twice'],
  [['--workers', '0'], '--workers is "0"'],
  [['--replay', '5'], 'needs the scenario'],
  [['--explore', '1', '--faults'], 'cannot be used together'],
  [['--explore', '1', '--seed', '1'], '--seed has no effect'],
  [['--write'], '--write needs --faults, or --episodes'],
  [['--write', '--episodes', '9', '--scenario', 'keys'], '--write needs --faults, or --episodes and all scenarios'],
  [['--write', '--explore', '1'], '--write has no effect with --explore'],
  [['--ambient=yes'], 'takes no value'],
  [['--hour', '1'], 'There is no option --hour'],
  [['keys'], 'Write --scenario keys'],
  [['--faults', 'a', 'b'], 'takes one name'],
])('refuses the options %j, and says what to write', (args, message) => {
  const refused = expect(() => readOptions(args));
  refused.toThrow(UsageError);
  refused.toThrow(message);
});

test('reads options, and has defaults for the others', () => {
  expect(readOptions([])).toMatchObject({ mode: 'run', seed: 1, hours: 1000, episodes: undefined });
  expect(readOptions(['--episodes', '7'])).toMatchObject({ hours: undefined, episodes: 7 });
  expect(readOptions(['--hours=0.5', '--seed=4294967295'])).toMatchObject({ hours: 0.5, seed: 4294967295 });
  expect(readOptions(['--faults', 'stale'])).toMatchObject({ mode: 'faults', faults: 'stale', givenSeed: undefined });
  expect(readOptions(['--explore', '2'])).toMatchObject({ mode: 'explore', exploreMinutes: 2 });
  expect(readOptions(['--scenario', 'keys', '--replay', '0'])).toMatchObject({ mode: 'replay', replay: 0 });
});

test('exits with 2 and advice after wrong options, and with 0 after --help', async () => {
  const [wrong, unknown, help] = await Promise.all([
    simulate(['--hours', '0']),
    simulate([...counter, '--scenario', 'nothing']),
    simulate(['--help']),
  ]);
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toContain('counter, forgetful');
  expect(help).toMatchObject({ code: 0, stderr: '' });
});

test('the same seed gives the same trace in two processes, with one worker and with two', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'torii-simulation-'));
  try {
    const traces = [join(folder, 'one.txt'), join(folder, 'two.txt')];
    const [one, two, other] = await Promise.all([
      simulate([...counter, '--scenario', 'counter', '--episodes', '60', '--workers', '1', '--trace', traces[0] ?? '']),
      simulate([...counter, '--scenario', 'counter', '--episodes', '60', '--workers', '2', '--trace', traces[1] ?? '']),
      simulate([...counter, '--scenario', 'counter', '--episodes', '60', '--seed', '2', '--workers', '1']),
    ]);
    expect([one.code, two.code, other.code]).toEqual([0, 0, 0]);
    const [first, second] = traces.map((trace) => readFileSync(trace));
    expect(first?.length).toBeGreaterThan(1000);
    expect(second?.equals(first ?? Buffer.alloc(0))).toBe(true);
    expect(hashOf(one)).toBe(
      createHash('sha256')
        .update(first ?? '')
        .digest('hex'),
    );
    expect(hashOf(two)).toBe(hashOf(one));
    expect(hashOf(other)).not.toBe(hashOf(one));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('ends when the process-hours are reached, whatever the number of workers', async () => {
  const runs = await Promise.all(
    ['1', '3'].map((workers) =>
      simulate([...counter, '--scenario', 'counter', '--hours', '0.5', '--workers', workers]),
    ),
  );
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(hashOf(runs[1] as never)).toBe(hashOf(runs[0] as never));
});

test('a failing seed prints the statement, a short plan and a timeline, and can be repeated', async () => {
  const failed = await simulate([...counter, '--scenario', 'forgetful', '--episodes', '50', '--workers', '1']);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain('Statement 4 does not hold');
  expect(failed.stdout).toContain("{ processes: 1, requestsAtMs: [ 0, 0, 0 ], incidents: [], fault: 'forgets' }");
  expect(failed.stdout).toMatch(/^ +0:00:00\.\d{3} {2}VIOLATION {2}statement 4: /m);
  // Escape sequences are only for terminals.
  expect(failed.stdout).not.toContain('\u001b');
  const seed = /--replay (\d+)/.exec(failed.stdout)?.[1] ?? '';
  const again = await simulate([...counter, '--scenario', 'forgetful', '--replay', seed, '--workers', '1']);
  expect(again.code).toBe(1);
  const from = (text: string): string => text.slice(text.indexOf('Statement 4'));
  expect(from(again.stdout)).toBe(from(failed.stdout));
});

test('explores random seeds, and prints each kind of failure once', async () => {
  const explored = await simulate([...counter, '--explore', '0.015', '--workers', '1']);
  expect(explored.code).toBe(1);
  expect(explored.stdout.match(/^Statement 4 does not hold/gm)).toHaveLength(1);
});
