import type { PlantedChange } from '../product/bundle.ts';
import type { PlantedFault } from './planted-fault.ts';

const announcements = 'packages/api/src/announcements.ts';
const transport = 'packages/api/src/transport.ts';
const pages = 'packages/api/src/pages.ts';

/** Faults of how the API client announces the end of tokens, and of what the app gives to it: listeners and lists. */
export const announcementFaults: readonly PlantedFault[] = [
  fault(44, 'a failed first announcement ends the call', 'A user is not banned because a feed is down.', {
    file: announcements,
    from: 'firstTimeoutMs, signal).catch(() => {})',
    to: 'firstTimeoutMs, signal)',
  }),
  fault(44, 'the first announcement waits as long as the second', 'A feed that hangs delays a ban by a minute.', {
    file: announcements,
    from: 'undefined, firstTimeoutMs, signal',
    to: 'undefined, lastTimeoutMs, signal',
  }),
  fault(31, 'an abort does not end the first announcement', 'A call does not end when it is aborted.', {
    file: announcements,
    from: 'undefined, firstTimeoutMs, signal)',
    to: 'undefined, firstTimeoutMs)',
  }),
  fault(44, 'a call that was aborted before is announced', 'Tokens are revoked by a call that was never made.', {
    file: transport,
    from: 'announcement?.beforeRequest && !stopping.signal.aborted',
    to: 'announcement?.beforeRequest',
  }),
  fault(31, 'the first announcement uses up the time limit', 'A slow feed lets bans time out.', [
    { file: transport, from: '    endsAt = steadyMs() + timeoutMs;\n', to: '' },
    {
      file: transport,
      from: '  try {\n    // No `await`',
      to: '  try {\n    endsAt = steadyMs() + timeoutMs;\n    // No `await`',
    },
  ]),
  fault(44, 'a ban is announced only after its answer', 'A process that is killed in between leaves tokens valid.', {
    file: announcements,
    from: "if (what !== 'user') return { afterAnswer };",
    to: 'if (what !== undefined) return { afterAnswer };',
  }),
  fault(44, 'the end of sessions is announced before the request', 'A user who signs in again is refused.', {
    file: announcements,
    from: "if (what !== 'user') return { afterAnswer };",
    to: "if (what === 'session') return { afterAnswer };",
  }),
  fault(44, 'announceSessions has no effect', 'Ending one session ends the tokens of all.', {
    file: announcements,
    from: "  if (what === 'session' && !announcer.announcesSessions) return undefined;\n",
    to: '',
  }),
  fault(44, 'the earlier of two moments is announced', 'Tokens that were issued before the ban stay valid.', {
    file: announcements,
    from: 'Math.max(...moments)',
    to: 'Math.min(...moments)',
  }),
  fault(44, 'the second announcement is not waited for', 'A call succeeds although its announcement fails.', {
    file: announcements,
    from: '  await attempt(signal);',
    to: '  void attempt(signal).catch(() => {});',
  }),
  fault(44, 'announce() keeps the signal of the call', 'What was aborted can never be announced.', {
    file: announcements,
    from: 'announce: () => attempt() }',
    to: 'announce: () => attempt(ending) }',
  }),
  fault(44, 'the environment of the answer is not compared', 'Tokens stay valid, and no error tells of it.', {
    file: announcements,
    from: '      assertEnvironment(announcer, answer);\n',
    to: '',
  }),
  fault(38, 'a listener that throws fails the call', 'An app whose logger fails cannot ban a user.', {
    file: transport,
    from: 'const emit = emitterFor(settings.onEvent);',
    to: 'const emit = settings.onEvent ?? (() => {});',
  }),
  fault(31, 'a list that is awaited twice sends two requests', 'Pages are fetched more often than needed.', {
    file: pages,
    from: 'this.#call ??= this.#fetchPage',
    to: 'this.#call = this.#fetchPage',
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
