import type { PlantedChange } from '../product/bundle.ts';
import type { PlantedFault } from './planted-fault.ts';

const transport = 'packages/api/src/transport.ts';
const retries = 'packages/api/src/retries.ts';
const request = 'packages/api/src/request.ts';
const pages = 'packages/api/src/pages.ts';
const answer = 'packages/api/src/answer.ts';
const abort = 'packages/core/src/time/abort.ts';
const deadline = 'packages/core/src/time/deadline.ts';
const pause = 'packages/core/src/time/pause.ts';
const httpDate = 'packages/core/src/network/http-date.ts';
const failure = 'packages/core/src/network/connection-failure.ts';

export const apiFaults: readonly PlantedFault[] = [
  fault(31, 'a create is repeated after a reset', 'A user is created twice.', {
    file: transport,
    from: 'hasArrived ||= isAnswer || isLost;',
    to: 'hasArrived ||= isAnswer;',
  }),
  fault(31, 'a create is repeated after 503', 'A user is created twice.', {
    file: transport,
    from: 'hasArrived ||= isAnswer || isLost;',
    to: 'hasArrived ||= (isAnswer && thrown.status !== 503) || isLost;',
  }),
  fault(31, 'only the last request counts for mayHaveArrived', 'A caller repeats a create that was carried out.', {
    file: transport,
    from: 'hasArrived ||= isAnswer || isLost;',
    to: 'hasArrived = isAnswer || isLost;',
  }),
  fault(31, 'an error of one address is taken for that of all', 'A create is repeated that was received.', {
    file: failure,
    from: 'isUnsent: verdicts.every(({ isUnsent }) => isUnsent),',
    to: 'isUnsent: verdicts.some(({ isUnsent }) => isUnsent),',
  }),
  fault(31, 'a reset while connecting counts as unsent', 'A create is repeated that was received.', {
    file: failure,
    from: "return code === 'ECONNRESET' ? doubt : unsent;",
    to: 'return unsent;',
  }),
  fault(31, 'a timeout of an established connection counts as unsent', 'A create is repeated that was received.', {
    file: failure,
    from: 'const earlySteps = /^(connect|bind|socket|getaddrinfo|getnameinfo|query[A-Z]\\w*)$/;',
    to: 'const earlySteps = /^(connect|read|bind|socket|getaddrinfo|getnameinfo|query[A-Z]\\w*)$/;',
  }),
  fault(31, 'one retry too many', 'A struggling API gets more requests than were configured.', {
    file: transport,
    from: 'attempts <= maxRetries && waitMs',
    to: 'attempts <= maxRetries + 1 && waitMs',
  }),
  fault(31, 'one retry too few', 'A call fails that would have succeeded.', {
    file: transport,
    from: 'attempts <= maxRetries && waitMs',
    to: 'attempts < maxRetries && waitMs',
  }),
  fault(31, 'a wait that does not fit is begun', 'A call waits until its limit for nothing.', {
    file: transport,
    from: ' && waitMs < endsAt - steadyMs();',
    to: ' && endsAt > steadyMs();',
  }),
  fault(31, 'the wait is compared with the whole limit', 'A call waits until its limit for nothing.', {
    file: transport,
    from: 'waitMs < endsAt - steadyMs();',
    to: 'waitMs < timeoutMs;',
  }),
  fault(31, 'each request has the whole time limit', 'A call takes a multiple of its limit.', {
    file: transport,
    from: 'raceDeadline(attempt(), endsAt - sentAt, end, stopping.signal)',
    to: 'raceDeadline(attempt(), timeoutMs, end, stopping.signal)',
  }),
  fault(31, 'the limit is measured by the wall clock', 'A clock that is set ends calls, or keeps them going.', [
    { file: transport, from: '    endsAt = steadyMs() + timeoutMs;', to: '    endsAt = wallMs() + timeoutMs;' },
    { file: transport, from: 'waitMs < endsAt - steadyMs();', to: 'waitMs < endsAt - wallMs();' },
    { file: transport, from: 'endsAt - sentAt, end', to: 'endsAt - wallMs(), end' },
    { file: transport, from: 'steadyMs() < endsAt) return;', to: 'wallMs() < endsAt) return;' },
    { file: transport, from: '  steadyMs,\n', to: '  steadyMs,\n  wallMs,\n' },
  ]),
  fault(31, 'a request is sent after a freeze that was longer than the limit', 'A call goes on after its limit.', {
    file: transport,
    from: 'if (!stopping.signal.aborted && steadyMs() < endsAt) return;',
    to: 'if (!stopping.signal.aborted) return;',
  }),
  fault(31, 'an abort in a wait is noticed after the wait', 'A call does not end when it is aborted.', {
    file: transport,
    from: 'await pause(ms, stopping.signal);',
    to: 'await pause(ms);',
  }),
  fault(31, 'an abort in a wait sends the next request', 'A request is sent after the caller has left.', {
    file: transport,
    from: '    if (!stopping.signal.aborted && steadyMs() < endsAt) return;',
    to: '    if (steadyMs() < endsAt) return;',
  }),
  fault(31, 'an abort does not stop a request in flight', 'A call does not end when it is aborted.', {
    file: transport,
    from: 'end, stopping.signal).catch',
    to: 'end).catch',
  }),
  fault(31, 'a call that ends leaves its request running', 'Connections of calls that timed out stay open.', {
    file: transport,
    from: '    ending.abort();\n    throw ending.signal.reason;',
    to: "    throw new DOMException('timeout', 'AbortError');",
  }),
  fault(31, 'the reason of the signal is lost', 'A caller cannot tell why the call was aborted.', {
    file: transport,
    from: 'const cause = isAborted ? options.signal?.reason : failure;',
    to: 'const cause = failure;',
  }),
  fault(36, 'a listener stays on the signal', 'A long-lived signal collects listeners.', {
    file: transport,
    from: '    unsubscribe?.();',
    to: '    if (stopping.signal.aborted) unsubscribe?.();',
  }),
  fault(36, 'each call adds a listener', 'Node warns about a leak when eleven calls share a signal.', {
    file: abort,
    from: 'const listener = listeners.get(signal) ?? listen(signal);',
    to: 'const listener = listen(signal);',
  }),
  fault(36, 'a timer stays after a request', 'Each call leaves a timer behind, up to an hour.', {
    file: deadline,
    from: '    stopTimer(timer);\n',
    to: '',
  }),
  fault(36, 'a timer stays after an abort in a wait', 'Each abort leaves a timer behind.', {
    file: pause,
    from: '      stopTimer(timer);\n',
    to: '',
  }),
  fault(31, 'a signal that was aborted before is not looked at', 'An aborted call sends a request.', {
    file: transport,
    from: '    if (stopping.signal.aborted) end();\n',
    to: '',
  }),
  fault(31, 'the delay does not grow', 'A struggling API gets more requests than it can take.', {
    file: retries,
    from: 'firstWaitMs * 2 ** (attempt - 1)',
    to: 'firstWaitMs',
  }),
  fault(31, 'the delay grows from the second request on', 'The first retry comes too late.', {
    file: retries,
    from: 'firstWaitMs * 2 ** (attempt - 1)',
    to: 'firstWaitMs * 2 ** attempt',
  }),
  fault(31, 'the delay has no upper bound', 'A call waits for minutes.', {
    file: retries,
    from: 'Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1))',
    to: 'firstWaitMs * 2 ** (attempt - 1)',
  }),
  fault(31, 'the delay is not random', 'All processes come back at the same moment.', {
    file: retries,
    from: '(random() * longest) / 2',
    to: 'longest / 4',
  }),
  fault(31, 'Retry-After is not random', 'All processes come back at the same moment.', {
    file: retries,
    from: 'return Math.max((askedSeconds ?? 0) * 1000, longest / 2) + (random() * longest) / 2;',
    to: 'return Math.max((askedSeconds ?? 0) * 1000, longest * (0.5 + random() / 2));',
  }),
  fault(31, 'Retry-After only shortens the delay', 'An API that asks for a pause gets none.', {
    file: retries,
    from: 'Math.max((askedSeconds',
    to: 'Math.min((askedSeconds',
  }),
  fault(31, 'Retry-After is read in milliseconds', 'An API that asks for a pause gets none.', {
    file: retries,
    from: '(askedSeconds ?? 0) * 1000',
    to: '(askedSeconds ?? 0)',
  }),
  fault(31, 'a date in Retry-After is compared with our clock', 'A clock that is wrong makes calls wait or fail.', {
    file: httpDate,
    from: 'parseHttpDate(trim(date), nowMs) ?? nowMs',
    to: 'nowMs',
  }),
  fault(31, 'a date of RFC 850 is in the wrong century', 'A pause that was asked for is not made.', {
    file: httpDate,
    from: '.find((ms) => ms !== undefined && ms <= latestMs)',
    to: '.findLast((ms) => ms !== undefined && ms <= latestMs)',
  }),
  fault(31, 'a day of one digit is not read', 'A pause that was asked for is not made.', {
    file: httpDate,
    from: '(?<day>\\d\\d| \\d)',
    to: '(?<day>\\d\\d)',
  }),
  fault(31, 'Retry-After has no upper bound', 'An error asks callers to wait for years.', {
    file: httpDate,
    from: 'Math.min(Math.ceil(seconds), maxSeconds)',
    to: 'Math.ceil(seconds)',
  }),
  fault(31, 'a first 403 on delete counts as done', 'A user who was not deleted is reported as deleted.', {
    file: transport,
    from: '(isInDoubt && status === operation.doneStatus)',
    to: 'status === operation.doneStatus',
  }),
  fault(31, '403 counts as done after 429', 'A user who was not deleted is reported as deleted.', {
    file: transport,
    from: 'isInDoubt ||= isAnswer ? thrown.status >= 500',
    to: 'isInDoubt ||= isAnswer ? thrown.status >= 400',
  }),
  fault(31, '403 counts as done only after a lost answer', 'A deletion that was carried out is reported as refused.', {
    file: transport,
    from: 'isInDoubt ||= isAnswer ? thrown.status >= 500 && !isUnusable(thrown) : isLost;',
    to: 'isInDoubt ||= !isAnswer && isLost;',
  }),
  fault(31, 'only the last request counts for a deletion', 'A deletion that was carried out is reported as refused.', {
    file: transport,
    from: 'isInDoubt ||= isAnswer',
    to: 'isInDoubt = isAnswer',
  }),
  fault(31, 'a 403 that is cut off counts as a lost answer', 'A user who was not deleted is reported as deleted.', {
    file: transport,
    from: "response.text().catch(() => '')",
    to: 'response.text()',
  }),
  fault(31, '504 is not retried', 'A read fails that would have succeeded.', {
    file: retries,
    from: '500, 502, 503, 504]',
    to: '500, 502, 503]',
  }),
  fault(31, 'a conflict is retried', 'A change is made that may no longer be right.', {
    file: retries,
    from: '[408, 429,',
    to: '[408, 409, 429,',
  }),
  fault(31, 'an untrusted certificate is retried', 'A call takes seconds to fail.', {
    file: transport,
    from: ' && remedy === undefined;',
    to: ';',
  }),
  fault(31, 'the remedy of an earlier failure stays', 'A call is given up that would have succeeded.', {
    file: transport,
    from: 'remedy = failure.remedy;',
    to: "remedy ??= failure.mayHaveArrived ? failure.remedy : (failure.remedy ?? '');",
  }),
  fault(30, 'redirects of the API are followed', 'The secret key is sent to another server.', {
    file: transport,
    from: ", redirect: 'manual' }",
    to: ' }',
  }),
  fault(37, 'a redirect passes as what it is', 'A web framework redirects its own caller.', {
    file: answer,
    from: "  if (status < 400) return unusable('redirect_refused', { status, body, problem }, call);\n",
    to: '',
  }),
  fault(37, 'a response without an id is accepted', 'A caller stores a user without an id.', {
    file: answer,
    from: "return typeof id === 'string';",
    to: 'return id !== undefined;',
  }),
  fault(37, 'the 401 of a wrong key is passed on', 'An app signs all of its users out.', {
    file: transport,
    from: 'error.status === 401;',
    to: 'error.status === 407;',
  }),
  fault(16, 'the secret key stays in an echo', 'A debug page writes the secret key to the logs.', {
    file: transport,
    from: 'const text = textWithout(secret, await received);',
    to: 'const text = isSuccess ? textWithout(secret, await received) : await received;',
  }),
  fault(16, 'the error of fetch is the cause as it is', 'An HTTP client writes the secret key to the logs.', {
    file: transport,
    from: 'connectionErrorFor(loggableCause(thrown))',
    to: 'connectionErrorFor(thrown)',
  }),
  fault(16, 'a token stays in the error of its response', 'An impersonation token is written to the logs.', {
    file: transport,
    from: 'operation.isSecretAnswer ? withoutTokens(text) : text',
    to: 'operation.isSecretAnswer && status < 500 ? withoutTokens(text) : text',
  }),
  fault(16, 'a token stays in an unusable response', 'An impersonation token is written to the logs.', {
    file: answer,
    from: 'const shown = isSecretAnswer ? undefined : body',
    to: 'const shown = isSecretAnswer && body ? undefined : body',
  }),
  fault(35, 'ids are not shortened in events', 'A caller fills the logs.', {
    file: transport,
    from: 'const path = loggable(sentPath);',
    to: 'const path = sentPath;',
  }),
  fault(30, 'ids are not encoded', 'An id calls another operation.', {
    file: request,
    from: 'return encodeURIComponent(id);',
    to: 'return encodeURI(id);',
  }),
  fault(30, 'an empty id is accepted', '`users.get("")` lists all users.', {
    file: request,
    from: "if (id === '') return 'is empty';",
    to: '',
  }),
  fault(31, 'only the last cursor is remembered', 'A loop over a list never ends.', {
    file: pages,
    from: 'if (cursor !== null && seen.has(cursor)) {',
    to: 'if (cursor !== null && [...seen].at(-1) === cursor) {',
  }),
  fault(31, 'the items of a repeated page are given', 'A loop gives users twice.', [
    {
      file: pages,
      from: '      yield page;\n      if (cursor === null) return;',
      to: '      if (cursor === null) return;',
    },
    {
      file: pages,
      from: '      cursor = page.nextCursor;\n',
      to: '      cursor = page.nextCursor;\n      yield page;\n',
    },
  ]),
  fault(31, 'the last page is left out', 'A loop misses users.', {
    file: pages,
    from: '      yield page;\n      if (cursor === null) return;',
    to: '      if (cursor === null && page.items.length < 2) return;\n      yield page;\n      if (cursor === null) return;',
  }),
  fault(31, 'a loop goes on after an abort until its page ends', 'A loop gives users after it was aborted.', {
    file: pages,
    from: '        if (this.#signal?.aborted) await this.#fetchPage(page.nextCursor);\n',
    to: '',
  }),
  fault(31, 'an event counts its request from zero', 'Logs name the wrong request.', {
    file: transport,
    from: 'attempt: attempts, durationMs',
    to: 'attempt: attempts - 1, durationMs',
  }),
  fault(31, 'an event names another delay than the call waits', 'Logs say when a retry comes, and it does not.', {
    file: transport,
    from: 'await waitToRetry(retryInMs);',
    to: 'await waitToRetry(waitBeforeNext(outcome) ?? retryInMs);',
  }),
  fault(31, 'bans are not retried', 'A ban fails that would have succeeded.', {
    file: request,
    from: "{ method, isRepeatable = method !== 'POST' }: Operation): boolean {\n  return isRepeatable;",
    to: "{ method }: Operation): boolean {\n  return method !== 'POST';",
  }),
  fault(31, 'a PATCH of request() is repeated', 'An operation is carried out twice.', {
    file: request,
    from: '!/^P(OST|ATCH)$/.test(String(method))',
    to: "method !== 'POST'",
  }),
];

function fault(
  statement: number,
  name: string,
  harm: string,
  change: PlantedChange | readonly PlantedChange[],
): PlantedFault {
  return { name, statement, scenario: 'api', harm, changes: [change].flat() as readonly PlantedChange[] };
}
