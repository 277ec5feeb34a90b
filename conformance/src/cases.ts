import { type CaseData, type Expectation, readCaseTable } from './case-table.ts';
import type { Feature, Level } from './features.ts';

/** One request, and the response that it must get. The README describes the fields. */
export interface Case {
  readonly name: string;
  /** The name in cases.json. `name` has the target too, if the case has several targets. */
  readonly title: string;
  /** The number of the security statement that the case tests. */
  readonly statement: number | undefined;
  /** The lowest level of the run that includes the case. */
  readonly level: Level;
  readonly needs: readonly Feature[];
  /** The name of the server's options in cases.json. */
  readonly options: string;
  readonly method: string;
  readonly target: string;
  /** All headers except Host and Connection, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The answer to the same request before `revoke`. */
  readonly revokedAfter: Expectation | undefined;
  readonly revoke: string | undefined;
  readonly answer: Expectation;
}

/** All cases of cases.json, with their defaults. A case with several targets becomes one case for each target. */
export function listCases(): readonly Case[] {
  return readCaseTable().cases.flatMap(({ target = '/', targets, ...data }) =>
    targets === undefined
      ? [caseFrom(data, target, data.name)]
      : targets.map((each) => caseFrom(data, each, `${data.name}: ${each}`)),
  );
}

function caseFrom(data: CaseData, target: string, name: string): Case {
  const { options = 'usual', method = 'GET', authorization = [], headers = [], needs = [] } = data;
  const { statement, level = 'decisions', revokedAfter, revoke, answer } = data;
  return {
    name,
    title: data.name,
    statement,
    level,
    needs: [...new Set([...needs, ...(readCaseTable().options[options]?.needs ?? [])])],
    options,
    method,
    target,
    headers: [...authorization.map((value) => ['Authorization', value] as const), ...headers],
    revokedAfter,
    revoke,
    answer,
  };
}
