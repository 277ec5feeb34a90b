import type { PlantedFault } from './planted-fault.ts';

const server = 'packages/next/src/server';
const renewal = `${server}/renewal`;
const getToken = `${server}/get-token`;

/** Faults of the renewal in the proxy of @torii/next, and of its tokens of templates. */
export const renewalFaults: readonly PlantedFault[] = (
  [
    {
      name: 'requests that come together ask one by one',
      statement: 4,
      harm: 'Each tab of a browser causes a request to the issuer.',
      changes: [{ file: `${renewal}/renewer.ts`, from: 'this.#running.set(session.seal, running);', to: '' }],
    },
    {
      name: 'a failure of the issuer counts from its end',
      statement: 34,
      harm: 'Users are not renewed although the issuer answers again.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'this.#note(failure, begunAt, failuresBefore)',
          to: 'this.#note(failure, instantNow(), failuresBefore)',
        },
      ],
    },
    {
      name: 'one renewal too many at a time',
      statement: 4,
      harm: 'The issuer gets more requests at a time than is documented.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'this.#running.size >= maxRunning',
          to: 'this.#running.size > maxRunning',
        },
      ],
    },
    {
      name: 'a renewal whose request was canceled keeps its place',
      statement: 38,
      harm: 'After fifty canceled requests, nothing is renewed until the process ends.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'if (elapsedMs(begunAt) >= timeLimitMs) this.#running.delete(key);',
          to: 'if (elapsedMs(begunAt) >= Infinity) this.#running.delete(key);',
        },
      ],
    },
    {
      name: 'a renewal keeps its place for the whole time limit',
      statement: 4,
      harm: 'In a busy app, users are not renewed although no renewal is running.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'if (this.#running.get(session.seal)?.begunAt === begunAt) this.#running.delete(session.seal);',
          to: '',
        },
      ],
    },
    {
      name: 'a late renewal gives back the place of the next one',
      statement: 4,
      harm: 'After a pause, one session is renewed twice at a time.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'if (this.#running.get(session.seal)?.begunAt === begunAt) this',
          to: 'this',
        },
      ],
    },
    {
      name: 'an outage is remembered for each session',
      statement: 34,
      harm: 'Users are not renewed for ten seconds although the issuer answers again.',
      changes: [
        { file: `${renewal}/renewer.ts`, from: "else if (failure.why !== 'issuer_unavailable') this", to: 'else this' },
      ],
    },
    {
      name: 'a result is kept until others push it out',
      statement: 45,
      harm: 'A session that has ended gets a token of an old renewal.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'elapsedMs(begunAt) < keptMs && results.size <= maxKept',
          to: 'results.size <= maxKept',
        },
      ],
    },
    {
      name: 'results of made-up sessions are not bounded',
      statement: 36,
      harm: 'A client with made-up sessions fills the memory of the process.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'elapsedMs(begunAt) < keptMs && results.size <= maxKept',
          to: 'elapsedMs(begunAt) < keptMs',
        },
      ],
    },
    {
      name: 'a result with cookies is not kept',
      statement: 45,
      harm: 'A request with the session cookie of before a rotation goes to the sign-in page.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'if (renewal.lines.length > 0) this',
          to: 'if (renewal.lines.length > 99) this',
        },
      ],
    },
    {
      name: 'the pause after failures does not grow',
      statement: 4,
      harm: 'An issuer that is down gets a request each second from each process.',
      changes: [{ file: `${renewal}/renewer.ts`, from: 'minPauseMs * 2 ** this.#failures', to: 'minPauseMs' }],
    },
    {
      name: 'the pause after failures has no upper bound',
      statement: 34,
      harm: 'Minutes after an outage, users are still not renewed.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'Math.min(minPauseMs * 2 ** this.#failures, maxPauseMs)',
          to: 'minPauseMs * 2 ** this.#failures',
        },
      ],
    },
    {
      name: 'Retry-After of the issuer has no upper bound',
      statement: 34,
      harm: 'One answer of the issuer turns renewals off for a day.',
      changes: [{ file: `${renewal}/renewer.ts`, from: 'Math.min(pauseMs, maxRetryAfterMs)', to: 'pauseMs' }],
    },
    {
      name: 'Retry-After of the issuer is ignored',
      statement: 4,
      harm: 'An issuer that asks for a pause gets none.',
      changes: [
        {
          file: `${renewal}/renewal-failure.ts`,
          from: 'pauseMs: Math.max(minPauseMs, seconds * 1000)',
          to: 'pauseMs: minPauseMs',
        },
      ],
    },
    {
      name: 'failures at the same time are counted one by one',
      statement: 34,
      harm: 'A moment of trouble turns renewals off for ten seconds.',
      changes: [{ file: `${renewal}/renewer.ts`, from: 'if (failuresBefore !== this.#failures) return;', to: '' }],
    },
    {
      name: 'after a pause all sessions try at once',
      statement: 4,
      harm: 'An issuer that is down gets fifty requests after each pause.',
      changes: [{ file: `${renewal}/renewer.ts`, from: ' || this.#running.size > 0', to: '' }],
    },
    {
      name: 'a success does not end a series of failures',
      statement: 34,
      harm: 'Each failure turns renewals off for ten seconds.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: '      this.#lastFailure = undefined;\n      this.#failures = 0;\n      const',
          to: '      this.#lastFailure = undefined;\n      const',
        },
      ],
    },
    {
      name: 'a refusal of one session counts as an outage',
      statement: 34,
      harm: 'A client with a made-up session stops the renewals of all users.',
      changes: [
        {
          file: `${renewal}/renewal-failure.ts`,
          from: 'status >= 400 && status < 500',
          to: 'status >= 400 && status < 403',
        },
      ],
    },
    {
      name: 'too many requests counts as a refusal of one session',
      statement: 4,
      harm: 'An issuer that asks for a pause gets none.',
      changes: [{ file: `${renewal}/renewal-failure.ts`, from: '[404, 405, 408, 429]', to: '[404, 405, 408]' }],
    },
    {
      name: 'a request to the issuer has ten times its time',
      statement: 4,
      harm: 'Connections to an issuer that hangs stay open for half a minute.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'abort.signal), timeLimitMs, () =>',
          to: 'abort.signal), 10 * timeLimitMs, () =>',
        },
      ],
    },
    {
      name: 'a request to the issuer is not aborted',
      statement: 4,
      harm: 'Connections to an issuer that hangs stay open.',
      changes: [{ file: `${renewal}/renewer.ts`, from: '        abort.abort();\n', to: '' }],
    },
    {
      name: 'a request that joins a renewal has no timer',
      statement: 38,
      harm: 'A page load waits forever for a renewal whose request was canceled.',
      changes: [
        {
          file: `${renewal}/renewer.ts`,
          from: 'return raceDeadline(running.done, leftMs, () => nothing).catch(() => nothing);',
          to: 'return running.done.catch(() => nothing);',
        },
      ],
    },
    {
      name: 'a revoked token is renewed at once',
      statement: 40,
      harm: 'The new token is of the second of the revocation, and refused too.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: "due === 'revoked' ? revokedDelayMs : 0",
          to: "due === 'revoked' ? 0 : 0",
        },
      ],
    },
    {
      name: 'a token that has ended is stored',
      statement: 45,
      harm: 'The browser drops its token cookie.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: 'token !== undefined && lifetimeSeconds >= 1',
          to: 'token !== undefined',
        },
      ],
    },
    {
      name: 'a token of another user is used',
      statement: 45,
      harm: 'A form that was rendered for one user is sent as another.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: '(old === null || isSameUser(old, token.value))',
          to: '(old === null || token.value.length > 0)',
        },
      ],
    },
    {
      name: 'a token of another organization is used',
      statement: 45,
      harm: 'A form that was rendered for one organization is sent for another.',
      changes: [
        {
          file: `${renewal}/unverified-token.ts`,
          from: '[iss, pid, sub, organization, Object(act).sub ?? null]',
          to: '[iss, pid, sub, Object(act).sub ?? null]',
        },
      ],
    },
    {
      name: 'a token of an impersonator is used',
      statement: 45,
      harm: 'A form of a user is sent by an impersonator.',
      changes: [
        { file: `${renewal}/unverified-token.ts`, from: 'organization, Object(act).sub ?? null]', to: 'organization]' },
      ],
    },
    {
      name: 'a prefetch of the browser is renewed',
      statement: 45,
      harm: 'A link on another site extends the session without a click.',
      changes: [
        {
          file: `${renewal}/renewable.ts`,
          from: "'purpose', 'sec-purpose', 'x-purpose'",
          to: "'purpose', 'x-purpose'",
        },
      ],
    },
    {
      name: 'a frame is renewed',
      statement: 45,
      harm: 'A frame on another site extends the session.',
      changes: [
        { file: `${renewal}/renewable.ts`, from: "    headers.get('sec-fetch-dest') === 'document' &&\n", to: '' },
      ],
    },
    {
      name: 'a form of a sibling origin is renewed',
      statement: 45,
      harm: 'A page of another subdomain extends the session.',
      changes: [{ file: `${renewal}/renewable.ts`, from: "site === 'same-origin'", to: "site !== 'cross-site'" }],
    },
    {
      name: 'a form without Origin is renewed',
      statement: 45,
      harm: 'Another site extends the session.',
      changes: [
        {
          file: `${renewal}/renewable.ts`,
          from: 'if (origin === null || !origins.includes(origin)) return false;',
          to: 'if (origin !== null && !origins.includes(origin)) return false;',
        },
        {
          file: `${renewal}/renewable.ts`,
          from: 'new URL(origin).host',
          to: "new URL(origin ?? 'https://app.test').host",
        },
      ],
    },
    {
      name: 'a request with an Authorization header is renewed',
      statement: 14,
      harm: 'A request is answered for the user of a cookie that must be ignored.',
      changes: [
        { file: `${renewal}/renewable.ts`, from: "if (request.headers.has('authorization')) return false;", to: '' },
      ],
    },
    {
      name: 'one of two token cookies is replaced',
      statement: 14,
      harm: 'A planted cookie decides whose token is renewed.',
      changes: [{ file: `${renewal}/renew-in-proxy.ts`, from: 'if (others.length > 0) return nothing;', to: '' }],
    },
    {
      name: 'a bad token is renewed like one that ends',
      statement: 45,
      harm: 'A planted cookie extends the session.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: "error.reason === 'token_revoked' ? 'revoked' : 'later'",
          to: "error.reason === 'token_revoked' ? 'revoked' : 'now'",
        },
      ],
    },
    {
      name: 'pages get the session cookie of the issuer',
      statement: 45,
      harm: 'Code of the app can use the session at the issuer.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: 'name !== sessionCookieName && (token === undefined',
          to: '(token === undefined',
        },
      ],
    },
    {
      name: 'a response with a new token may be stored by caches',
      statement: 20,
      harm: 'A shared cache signs other users in.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: "      headers.set('cache-control', 'private, no-store');\n",
          to: '',
        },
      ],
    },
    {
      name: 'cookies of the app are overwritten',
      statement: 45,
      harm: 'A sign-out of the app is undone by the renewal.',
      changes: [
        {
          file: `${renewal}/renew-in-proxy.ts`,
          from: 'if (!taken.has(readName(line))) headers',
          to: "if (!taken.has('')) headers",
        },
      ],
    },
    {
      name: 'a session cookie needs no mark that fits',
      statement: 45,
      harm: 'A sibling subdomain signs a user in as someone else.',
      changes: [
        {
          file: `${server}/issuer/session-cookie.ts`,
          from: 'readValue(mark.pair) === seal ?',
          to: 'seal !== undefined ?',
        },
      ],
    },
    {
      name: 'the first of two session cookies is used',
      statement: 45,
      harm: 'A sibling subdomain signs a user in as someone else.',
      changes: [
        {
          file: `${server}/issuer/session-cookie.ts`,
          from: 'mark === undefined || others.length > 0 || otherMarks.length > 0',
          to: 'mark === undefined || otherMarks.length > 0',
        },
      ],
    },
    {
      name: 'a token of a template is kept until others push it out',
      statement: 11,
      harm: 'A service gets tokens that have expired.',
      changes: [
        {
          file: `${getToken}/kept-tokens.ts`,
          from: 'elapsedMs(found.begunAt) < found.usableMs',
          to: 'found.usableMs > 0',
        },
      ],
    },
    {
      name: 'a token of a template is kept until its end',
      statement: 11,
      harm: 'A token expires on its way to a service.',
      changes: [
        { file: `${getToken}/template-tokens.ts`, from: '(seconds - Math.min(30, seconds / 4))', to: 'seconds' },
      ],
    },
    {
      name: 'a token of a template counts from the end of its request',
      statement: 34,
      harm: 'After a pause, a service gets tokens that have expired.',
      changes: [
        {
          file: `${getToken}/template-tokens.ts`,
          from: 'return { begunAt, ...readMinted',
          to: 'return { begunAt: instantNow(), ...readMinted',
        },
      ],
    },
    {
      name: 'a token of a template is kept for the user',
      statement: 11,
      harm: 'A service gets a token for the organization that the user has left.',
      changes: [
        {
          file: `${getToken}/template-tokens.ts`,
          from: 'request.token}',
          to: 'request.auth.userId}',
        },
      ],
    },
    {
      name: 'a failed request for the token of a template stays',
      statement: 34,
      harm: 'After one failure, a user gets no token of this template.',
      changes: [
        {
          file: `${getToken}/template-tokens.ts`,
          from: 'if (minted !== null) kept.add(key, minted);\n    }, end);',
          to: 'if (minted !== null) kept.add(key, minted);\n    }, () => {});',
        },
      ],
    },
    {
      name: 'the token of a template is not compared with the user',
      statement: 45,
      harm: 'A cache in between gives a user the token of another.',
      changes: [
        {
          file: `${getToken}/template-tokens.ts`,
          from: "(claims['sub'] === undefined || claims['sub'] === auth.userId)",
          to: "claims['sub'] !== null",
        },
      ],
    },
    {
      name: 'a request for the token of a template that a pause has ended is not repeated',
      statement: 34,
      harm: 'After a pause, a user gets 503 although the issuer answers.',
      changes: [
        { file: `${getToken}/template-tokens.ts`, from: '|| !wasPaused(begun)) throw', to: '|| begun !== null) throw' },
      ],
    },
    {
      name: 'a request for the token of a template is not aborted',
      statement: 4,
      harm: 'Connections to an issuer that hangs stay open.',
      changes: [
        { file: `${getToken}/template-tokens.ts`, from: '    abort.abort();\n    return late', to: '    return late' },
      ],
    },
  ] satisfies readonly Omit<PlantedFault, 'scenario'>[]
).map((fault) => ({ ...fault, scenario: 'renewal' }));
