import { doctorChecks } from '../../troubleshooting/doctor-checks.ts';
import { type Finding, failed, passed, type ServerClock, skipped } from './finding.ts';

/** Compares this machine's clock with the servers' `Date` headers. */
export function checkClock(clocks: readonly ServerClock[], toleranceSeconds: number): Finding {
  const check = 'clock';
  const { causes } = doctorChecks.clock;
  const [first] = clocks;
  if (first === undefined) return skipped(check, 'no server sent a date');
  const worst = clocks.reduce((one, other) =>
    Math.abs(other.aheadSeconds) > Math.abs(one.aheadSeconds) ? other : one,
  );
  const seconds = Math.abs(worst.aheadSeconds);
  if (seconds < 2) return passed(check, `agrees with ${worst.host}`);
  const direction = worst.aheadSeconds > 0 ? 'behind' : 'ahead of';
  const found = `${describeSeconds(seconds)} ${direction} ${worst.host}`;
  if (seconds <= toleranceSeconds) return passed(check, `${found}, within the tolerance`);
  return failed(
    check,
    found,
    `Tokens are refused as expired or as not yet valid: the tolerance is ${toleranceSeconds} s. ${causes.clock.remedy} ` +
      'If other servers agree with this machine, the clock of that server is wrong.',
  );
}

function describeSeconds(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
