import type { PlantedFault } from './planted-fault.ts';

const remoteValue = 'packages/core/src/time/remote-value.ts';
const policySource = 'packages/authz/src/policy/policy-source.ts';
const decisionMemory = 'packages/authz/src/policy/decision-memory.ts';
const permissionsOption = 'packages/authz/src/policy/permissions-option.ts';
const caller = 'packages/authz/src/rules/caller.ts';
const decision = 'packages/authz/src/rules/decision.ts';
const permissionRule = 'packages/authz/src/rules/permission-rule.ts';
const audited =
  "    if (caller.impersonating && settings.impersonation === 'audit') settings.emit(impersonated(caller, request));\n";

/** Faults in how permissions are read, kept and renewed, and in what is remembered of them. */
export const policiesFaults: readonly PlantedFault[] = [
  fault(
    34,
    'a failed read counts from its end',
    'After a freeze, requests get 503 for a second without another read.',
    [
      remoteValue,
      'this.#fail({ cause, begunAt, turn, timeoutMs: limit }, caller);',
      'this.#fail({ cause, begunAt: instantNow(), turn, timeoutMs: limit }, caller);',
    ],
  ),
  fault(
    26,
    'a document counts from its arrival',
    'A slow store lets an old document live longer than refreshSeconds.',
    [
      remoteValue,
      'this.#accept({ value, asOf: begunAt, turn }, caller);',
      'this.#accept({ value, asOf: instantNow(), turn }, caller);',
    ],
  ),
  fault(26, 'a late answer overrides a newer one', 'A permission that was taken away comes back for some seconds.', [
    remoteValue,
    'return turn < Math.max(this.#firstTurn, turnOf(this.#held));',
    'return turn < this.#firstTurn;',
  ]),
  fault(26, 'refresh() lets earlier reads count', 'A read from before the change undoes refresh().', [
    remoteValue,
    'this.#firstTurn = this.#turns + 1;',
    'this.#firstTurn = this.#turns;',
  ]),
  fault(
    26,
    'refresh() joins the read under way',
    'A call of refresh() resolves with a document from before the change.',
    [
      remoteValue,
      '    this.#failure = undefined;\n    this.#load = undefined;\n  }',
      '    this.#failure = undefined;\n  }',
    ],
  ),
  fault(26, 'refresh() keeps the failure of before', 'A call of refresh() fails for a second after any failed read.', [
    remoteValue,
    '    this.#held = undefined;\n    this.#failure = undefined;\n',
    '    this.#held = undefined;\n',
  ]),
  fault(26, 'a document is used at refreshSeconds', 'A document lives a moment too long: an off-by-one.', [
    remoteValue,
    'age >= this.#source.staleAfterMs && !this',
    'age > this.#source.staleAfterMs && !this',
  ]),
  fault(
    26,
    'an old document is used while reads fail',
    'In an outage, permissions that were taken away stay in force.',
    [policySource, 'maxStaleMs: 0 }', 'maxStaleMs: 3_600_000 }'],
  ),
  fault(26, 'a missing document is empty', 'A store that lost its document answers everyone with 403 instead of 503.', [
    policySource,
    'load: async () => this.#compile(await read()),',
    'load: async () => this.#compile((await read()) ?? { permissions: {} }),',
  ]),
  fault(26, 'a version is its last_update', 'A changed document with the same last_update is not used.', [
    policySource,
    'return latest?.fingerprint === fingerprint ? latest',
    'return latest?.policy.lastUpdate === compilePolicy(fingerprint).lastUpdate ? latest',
  ]),
  fault(26, 'decisions outlive their document', 'A remembered yes is used after the document has changed.', [
    'packages/authz/src/policy/policy.ts',
    'return { lastUpdate, size, malformed, roles, malformedRoles, memory: new DecisionMemory() };',
    'return { lastUpdate, size, malformed, roles, malformedRoles, memory: remembered };\n}\n\nconst remembered = new DecisionMemory();\nvoid function () {',
  ]),
  fault(
    26,
    'decisions are remembered without the roles',
    'A user of the same tenant gets the decisions of another one.',
    [
      'packages/authz/src/rules/caller.ts',
      'key: JSON.stringify([auth.environmentId, tenant, roles]),',
      'key: JSON.stringify([auth.environmentId, tenant]),',
    ],
  ),
  fault(26, 'the roles are joined to a key by a comma', 'The role "r1,r2" gets the decisions of the roles r1 and r2.', [
    'packages/authz/src/rules/caller.ts',
    'key: JSON.stringify([auth.environmentId, tenant, roles]),',
    'key: [auth.environmentId, tenant, roles].join(),',
  ]),
  fault(26, 'decisions are remembered without the method', 'Who may read may delete.', [
    'packages/authz/src/rules/permission-rule.ts',
    `const key = \`\${caller.key} \${method} \${path}\`;`,
    `const key = \`\${caller.key} \${path}\`;`,
  ]),
  fault(36, 'the memory of decisions is not bounded', 'A flood of paths fills the memory.', [
    decisionMemory,
    'if (this.#grants.size < maxEntries && this',
    'if (this.#grants.size < Number.POSITIVE_INFINITY && this',
  ]),
  fault(36, 'the memory of decisions counts entries alone', 'A flood of long paths takes five times the memory.', [
    decisionMemory,
    'maxEntries && this.#characters <= maxCharacters) break',
    'maxEntries) break',
  ]),
  fault(
    26,
    'a dead read is waited for again and again',
    'After an edge runtime has ended a read, requests get 503 for good.',
    [
      remoteValue,
      'return this.#load !== undefined && leftMsOf(this.#load) > 0 ? this.#load : undefined;',
      'return this.#load;',
    ],
  ),
  fault(26, 'the last read is never cleared', 'The document is read once, and never in the background again.', [
    remoteValue,
    'if (this.#load?.turn === turn) this.#load = undefined;',
    'if (this.#load?.turn !== turn) this.#load = undefined;',
  ]),
  fault(34, 'requests that waited through a pause are refused', 'After a thaw, all waiting requests get 503.', [
    remoteValue,
    'const wasPaused = leftMsOf(load) <= 0;',
    'const wasPaused = false;',
  ]),
  fault(26, 'a change during a read is taken for unchanged', 'The events do not tell of a document that came back.', [
    policySource,
    'if (loaded === this.#latest) return;',
    'if (loaded.policy.lastUpdate === this.#latest?.policy.lastUpdate) return;',
  ]),
  fault(4, 'each request reads the store', 'A crowd of 1,000 requests sends 1,000 reads.', [
    remoteValue,
    '    this.#load = load;\n    return load;',
    '    return load;',
  ]),
  fault(26, 'a renewal waits for the document to expire', 'Each document lets requests wait for the next one.', [
    policySource,
    'renewAfterMs: refreshMs * renewAt,',
    'renewAfterMs: refreshMs,',
  ]),
  fault(26, 'no wait between reads that fail', 'A store in trouble gets a read for each request.', [
    remoteValue,
    'if (this.retryInMs(caller) > 0 || !this.#source.mayLoad()) return undefined;',
    'if (!this.#source.mayLoad()) return undefined;',
  ]),
  fault(26, 'ages are taken from the wall clock', 'A clock that is set back keeps an old document in use.', [
    'packages/core/src/time/instant.ts',
    'const ms = Math.max(wallMs() - since.wallMs, steadyMs() - since.steadyMs);',
    'const ms = wallMs() - since.wallMs;',
  ]),
  fault(26, 'ages are taken from the steady clock', 'After a sleep, a document of hours ago is used.', [
    'packages/core/src/time/instant.ts',
    'const ms = Math.max(wallMs() - since.wallMs, steadyMs() - since.steadyMs);',
    'const ms = steadyMs() - since.steadyMs;',
  ]),
  fault(26, 'the time limit is not kept', 'A store that hangs holds requests for as long as its client does.', [
    policySource,
    'timeoutMs: Math.min(refreshMs, timeoutMs), maxStaleMs',
    'timeoutMs: refreshMs, maxStaleMs',
  ]),
  fault(36, 'timers of reads are not stopped', 'Each read leaves a timer behind.', [
    'packages/core/src/time/deadline.ts',
    '    stopTimer(timer);\n',
    '',
  ]),
  fault(27, 'not() passes if the permissions cannot be read', 'An outage opens what not() guards.', [
    'packages/authz/src/rules/conditions.ts',
    'const verdict = await check(auth, request);\n    if (verdict === true) return refuse();',
    'const verdict = await Promise.resolve(check(auth, request)).catch(() => false);\n    if (verdict === true) return refuse();',
  ]),
  fault(
    26,
    'a failed read is forgotten by a late answer of before',
    'A failure that is older than the document keeps requests waiting.',
    [remoteValue, 'if (turnOf(this.#failure) <= held.turn) this.#failure = undefined;', ''],
  ),
  fault(26, 'Retry-After is in milliseconds', 'A client that waits as it is told stays out for a quarter of an hour.', [
    policySource,
    'const retryAfterSeconds = retryDelayMs / 1000;',
    'const retryAfterSeconds = retryDelayMs;',
  ]),
  fault(
    26,
    'a user is known by the id alone',
    'A user who has lost a role keeps it while the process runs.',
    [caller, 'new WeakMap<Auth, Caller>()', 'new Map<string | null, Caller>()'],
    [caller, 'callers.get(auth)', 'callers.get(auth.userId)'],
    [caller, 'callers.set(auth, caller)', 'callers.set(auth.userId, caller)'],
  ),
  fault(25, 'an empty role claim is skipped', 'A role that was taken away comes back from another claim.', [
    caller,
    '(hasOrganizationRoleClaim(auth.raw) ? null : undefined)',
    'undefined',
  ]),
  fault(
    26,
    'the key of a decision is cut',
    'Of two long paths, one gets the decision of the other.',
    [decisionMemory, 'return this.#grants.get(key);', 'return this.#grants.get(key.slice(0, maxKeyLength));'],
    [
      decisionMemory,
      'if (key.length > maxKeyLength || this.#grants.has(key)) return;',
      'key = key.slice(0, maxKeyLength);\n    if (this.#grants.has(key)) return;',
    ],
  ),
  fault(
    26,
    'all decisions share one budget',
    'After some requests, callers get 403 for what they may do.',
    [permissionRule, 'const refusal = ', 'const shared = new MatchBudget();\nconst refusal = '],
    [permissionRule, 'const budget = new MatchBudget();', 'const budget = shared;'],
  ),
  fault(38, 'the connections of a store are left alone', 'A store that goes away ends the process.', [
    permissionsOption,
    '  surviveOutages(store);\n',
    '',
  ]),
  fault(26, 'the key of the document is ignored', 'The document of another app decides.', [
    permissionsOption,
    'documentIn(await store.getRaw(key))',
    "documentIn(await store.getRaw('permissions'))",
  ]),
  fault(38, 'errors of the listener are not caught', 'A log that is down fails reads, or ends the process.', [
    'packages/authz/src/options.ts',
    "emitterFor(readFunction<AuthzEventListener>(options, 'onEvent'))",
    "readFunction<AuthzEventListener>(options, 'onEvent') ?? (() => {})",
  ]),
  fault(
    27,
    'only requests that pass are audited',
    'What an impersonator tried in vain is not reported.',
    [decision, audited, ''],
    [decision, '    return true;\n  };\n\n  return { decide', `${audited}    return true;\n  };\n\n  return { decide`],
  ),
  fault(26, 'a malformed document counts as the last one', 'A broken document keeps an old one in force for good.', [
    policySource,
    'return latest?.fingerprint === fingerprint ? latest : { policy: compilePolicy(fingerprint), fingerprint };',
    'try {\n      return latest?.fingerprint === fingerprint ? latest : { policy: compilePolicy(fingerprint), fingerprint };\n    } catch (error) {\n      if (latest !== undefined) return latest;\n      throw error;\n    }',
  ]),
];

type Change = readonly [file: string, from: string, to: string];

function fault(statement: number, name: string, harm: string, ...given: readonly Change[]): PlantedFault {
  const changes = given.map(([file, from, to]) => ({ file, from, to }));
  return { name, statement, scenario: 'policies', changes, harm };
}
