import { silent } from './emitter.ts';
import { ToriiConfigError, ToriiError } from './errors.ts';
import { detailOf, type VerifierEventListener } from './events.ts';
import { loggableCause } from './logs/cause.ts';
import { loggable } from './logs/loggable.ts';
import { isPromise } from './promises/is-promise.ts';
import { CallLimit } from './time/call-limit.ts';
import { raceDeadline } from './time/deadline.ts';

// Found by other copies of this package too.
const mark = Symbol.for('torii.reportOnly');

/** Returns a placeholder for a check in a list. Calling it throws, so that no other function can use it as a check. */
export function standIn<Check extends (...given: never[]) => unknown>(check: Check, name: string): Check {
  const refuseCall = (): never => {
    const problem = 'was called by another function. Put it into the list of checks itself';
    throw new ToriiConfigError('reportOnly', `\`reportOnly\` ${problem}.`);
  };
  Object.defineProperty(refuseCall, 'name', { value: `reportOnly(${name})` });
  return Object.defineProperty(refuseCall, mark, { value: check }) as unknown as Check;
}

/** The check that `reportOnly` was given, or `undefined` for every other check. */
export function reportedCheck<Check extends (...given: never[]) => unknown>(check: Check): Check | undefined {
  const found: unknown = Object.hasOwn(check, mark) ? Reflect.get(check, mark) : undefined;
  return typeof found === 'function' ? (found as Check) : undefined;
}

/** One run of a check that is only reported. */
export interface Report {
  /** Calls the check. */
  ask(): unknown;
  /** The error for a result that is not `true`. */
  errorFor(verdict: unknown): ToriiError;
  readonly checkName: string | undefined;
  readonly checkPosition: number;
}

const maxRuns = 1_000;
const limitMs = 10_000;
const forgetMs = 11_000;

const runs: CallLimit = /* @__PURE__ */ new CallLimit(maxRuns, forgetMs);

/** Starts a check. If it refuses, its refusal is reported to the listener later. Never throws. */
export function beginReport(report: Report, emit: VerifierEventListener): void {
  if (emit === silent) return;
  const { checkName, checkPosition } = report;
  const place = { ...(checkName !== undefined && { checkName: loggable(checkName) }), checkPosition };
  if (!runs.mayBegin()) {
    emit({ type: 'report_skipped', detail: place });
    return;
  }
  const running = runs.run(async () => {
    const error = await errorOf(report);
    if (error === undefined) return;
    const detail = error instanceof ToriiError ? detailOf(error) : {};
    emit({ type: 'would_refuse', error, detail: { ...detail, ...place } });
  });
  running.catch(() => {});
}

async function errorOf({ ask, errorFor }: Report): Promise<Error | undefined> {
  try {
    const answer = ask();
    const verdict = isPromise(answer) ? await raceDeadline(Promise.resolve(answer), limitMs, late) : answer;
    return verdict === true ? undefined : errorFor(verdict);
  } catch (thrown) {
    return thrown instanceof ToriiError ? thrown : loggableCause(thrown);
  }
}

function late(): never {
  throw new Error(`The check has not answered within ${limitMs / 1000} seconds.`);
}
