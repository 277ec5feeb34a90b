import { type Auth, type Check, type RequestView, refuse, ToriiRequestError, ToriiUnavailableError } from '@torii/core';
import { isPromise, loggable } from '@torii/core/internal';
import type { AuthzEvent } from '../events.ts';
import type { Caller } from './caller.ts';
import { type Explanation, explanationOf, type Finding } from './explanation.ts';
import { readPlace } from './place.ts';
import { listRules, type Rule } from './rules.ts';
import type { Settings } from './settings.ts';
import { forbidden } from './verdict.ts';

export interface Decision {
  readonly decide: Check;
  explain(auth: Auth, request: RequestView): Promise<Explanation>;
}

export function createDecision(settings: Settings, callerOf: (auth: Auth) => Caller): Decision {
  const rules = listRules(settings);

  const explain: Decision['explain'] = async (auth, request) => {
    const caller = callerOf(auth);
    const findings: Finding[] = [];
    const place = await recordingErrors('path', findings, () => readPlace(request, settings.paths));
    if (place === undefined) return explanationOf(describe(request), findings);
    for (const rule of rules) {
      const verdict = await recordingErrors(rule.name, findings, () => rule.judge(caller, request, place));
      if (verdict !== undefined) findings.push({ rule: rule.name, passed: verdict.passed, because: verdict.because });
    }
    return explanationOf(describe(request), findings);
  };

  const decide: Check = async function authz(auth, request) {
    const caller = callerOf(auth);
    if (settings.debug !== undefined) settings.debug((await explain(auth, request)).text);
    if (caller.impersonating && settings.impersonation === 'audit') settings.emit(impersonated(caller, request));
    const place = readPlace(request, settings.paths);
    for (const rule of rules) {
      const judged = rule.judge(caller, request, place);
      const verdict = isPromise(judged) ? await judged : judged;
      if (verdict.isFinal) throw forbidden(verdict, rule.name);
      if (verdict.passed !== true) return refuse(verdict.message, `${rule.name}: ${verdict.because}`);
    }
    return true;
  };

  return { decide, explain };
}

async function recordingErrors<T>(
  rule: Rule['name'] | 'path',
  findings: Finding[],
  work: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ToriiRequestError || error instanceof ToriiUnavailableError)) throw error;
    findings.push({ rule, passed: false, because: error.message });
    return undefined;
  }
}

function describe({ method, path }: RequestView): string {
  return `${loggable(method ?? 'unknown')} ${loggable(path ?? 'unknown')}`;
}

function impersonated({ userId, actorId }: Caller, { method, path }: RequestView): AuthzEvent {
  const safe = <T extends null | undefined>(text: string | T): string | T =>
    typeof text === 'string' ? loggable(text) : text;
  return {
    type: 'impersonated',
    userId: safe(userId),
    actorId: safe(actorId),
    method: safe(method),
    path: safe(path),
  };
}
