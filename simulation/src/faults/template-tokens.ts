import type { PlantedFault } from './planted-fault.ts';

const getToken = 'packages/next/src/server/get-token';

/** Faults of `getToken({ template })`. */
export const templateTokenFaults: readonly PlantedFault[] = (
  [
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
