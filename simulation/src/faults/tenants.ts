import type { PlantedFault } from './planted-fault.ts';

const approvals = 'packages/core/src/keys/issuer-approvals.ts';
const approvedKeys = 'packages/core/src/keys/approved-keys.ts';
const option = 'packages/core/src/options/issuer-approval.ts';
const callLimit = 'packages/core/src/time/call-limit.ts';
const finder = 'packages/core/src/makers/token-finder.ts';
const reportOnly = 'packages/core/src/report-only.ts';

function fault(name: string, statement: number, harm: string, file: string, from: string, to: string): PlantedFault {
  return { name, statement, scenario: 'tenants', changes: [{ file, from, to }], harm };
}

/** Faults of `issuer: { approve }`, `anyVerifier` and `reportOnly`. */
export const tenantsFaults: readonly PlantedFault[] = [
  fault(
    'a refused issuer is refused for ever',
    12,
    'A tenant that is added after its first token cannot sign in until the server restarts.',
    approvals,
    'if (refused !== undefined && elapsedMs(refused.at) < refusedMs)',
    'if (refused !== undefined)',
  ),
  fault(
    'an approval is used in an outage',
    11,
    'A removed tenant goes on for an hour while the database is down.',
    option,
    'const caller = { emit, timeoutMs, maxStaleMs: 0 };',
    'const caller = { emit, timeoutMs, maxStaleMs: 3_600_000 };',
  ),
  fault(
    'a remembered token needs an approval, but not its own',
    11,
    'A removed environment goes on with remembered tokens.',
    approvedKeys,
    'this.#approval.peek() === this ?',
    'this.#approval.peek() !== undefined ?',
  ),
  fault(
    'a renewal keeps the environments',
    11,
    'A removed environment is accepted for as long as the tenant is in use.',
    approvals,
    'return known.accepts(environments) ? known :',
    'return known.keys !== undefined ? known :',
  ),
  fault(
    'more environments count as the same',
    12,
    'A new environment of a tenant is refused for as long as the tenant is in use.',
    approvedKeys,
    'return own.size === environments.size && [...own]',
    'return [...own]',
  ),
  fault(
    'a tenant that is refused stays among the approved',
    12,
    'A tenant that comes back is refused for minutes.',
    approvals,
    '    this.#approved.delete(issuer);\n',
    '',
  ),
  fault(
    'any URL in the answer approves the issuer of the token',
    3,
    'A lookup that finds the record by its host lets other issuers of the host in.',
    option,
    'return withoutTrailingSlash(url) === issuer\n',
    "return withoutTrailingSlash(url) !== ''\n",
  ),
  fault(
    'unknown issuers are stored with the approved ones',
    4,
    'A flood of made-up issuers pushes the tenants out, and has no limit.',
    approvals,
    'put(this.#new, issuer, approval, maxNew);',
    'put(this.#approved, issuer, approval, maxApproved);',
  ),
  fault(
    'calls for unknown issuers have no limit in a minute',
    4,
    "A flood of made-up issuers overloads the app's database.",
    approvals,
    '(this.#newCalls.mayWait() && this.#budget.take())',
    'this.#newCalls.mayWait()',
  ),
  fault(
    'renewals wait in the queue of unknown issuers',
    12,
    'During a flood of made-up issuers, tenants in use get 503.',
    approvals,
    'mayLoad: () => isApproved() || (',
    'mayLoad: () => (isApproved() && this.#newCalls.mayWait()) || (',
  ),
  fault(
    'no call that waits is woken',
    34,
    'After a start, most tenants get 503 once.',
    callLimit,
    'if (!signal.aborted) this.#wake();',
    '',
  ),
  fault(
    'a call that hangs keeps its place',
    34,
    'After an outage of the database, new tenants get 503 for half a minute.',
    callLimit,
    "    signal?.addEventListener('abort', end, { once: true });\n",
    '',
  ),
  fault(
    'a call that gave up stays in the queue',
    34,
    'After a flood during an outage, no tenant can wait for its turn.',
    callLimit,
    'if (this.#waiting.delete(resolve)) reject(signal.reason);',
    'reject(signal.reason);',
  ),
  fault(
    'requests that have waited are counted for ever',
    34,
    'After ten thousand waits, each new tenant gets 503 until the server restarts.',
    approvals,
    '      this.#waiting[kind] -= 1;\n',
    '',
  ),
  fault(
    'unknown issuers are kept without a bound',
    36,
    'Made-up issuers fill the memory.',
    approvals,
    '    if (map.size < max) break;\n    map.delete(oldest);',
    '    if (map.size < max || map.size >= max) break;\n    map.delete(oldest);',
  ),
  fault(
    'a list trusts the memory of its approving verifier',
    6,
    'A token of an issuer with its own verifier passes without the checks of that verifier.',
    finder,
    'if (maker !== approving && maker.isKnown?.(token))',
    'if (maker.isKnown?.(token))',
  ),
  fault(
    'approve gets the named issuers of other headers',
    6,
    'A token is accepted in a header that its verifier does not read.',
    finder,
    'const maker = isNamed ? byIssuer.get(issuer) : approving;',
    'const maker = byIssuer.get(issuer) ?? approving;',
  ),
  fault(
    'any number of reported checks runs',
    36,
    'A reported check that hangs fills the memory.',
    reportOnly,
    'if (!runs.mayBegin()) {',
    "if (!runs.mayBegin() && checkName === '') {",
  ),
  fault(
    'a reported check may take as long as it wants',
    27,
    'It looks as if a check that hangs would refuse nobody.',
    reportOnly,
    'isPromise(answer) ? await raceDeadline(Promise.resolve(answer), limitMs, late) : answer',
    'isPromise(answer) ? await answer : answer',
  ),
  fault(
    'what reportOnly returns can be called',
    27,
    'A check of the app that calls it lets everyone in.',
    reportOnly,
    'const refuseCall = (): never => {',
    "const refuseCall = (): never => {\n    if (name !== '') return true as never;",
  ),
];
