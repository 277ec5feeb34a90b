import type { HonoRequest } from 'hono';
import type { Clock } from '../clock.ts';
import type { Emulator } from '../emulator.ts';
import type { EmulatorEnvironment } from '../emulator-environment.ts';
import type { Environment } from '../environment.ts';
import type { Faults } from '../faults/faults.ts';
import type { Traffic } from '../faults/traffic.ts';
import { isRecord } from '../fields.ts';
import { readJson } from '../http/body.ts';
import { Problem } from '../http/problem.ts';

/** What the control API acts on: one environment, through the same functions that apps call. */
export interface ControlSubject {
  readonly library: EmulatorEnvironment;
  readonly environment: Environment;
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly clock: Clock;
  /** The issuer URLs of all environments, by name. */
  readonly issuers: ReadonlyMap<string, string>;
}

export type Fields = Readonly<Record<string, unknown>>;

export interface ControlRequest {
  /** The JSON object of the body. Empty for GET and DELETE. */
  readonly fields: Fields;
  path(name: string): string;
  query(name: string): string | undefined;
  header(name: string): string | undefined;
}

export type ControlAnswer =
  | {
      readonly status?: 200 | 201 | 202;
      readonly body: object /** Used by requests that accept plain text. */;
      readonly text?: string;
    }
  | { readonly status: 204; readonly body?: never; readonly text?: never };

export type LibraryMember = Extract<keyof Emulator, string>;

export interface ControlOperation {
  /** What the operation does, for the table in the README. */
  readonly does: string;
  /** An example of the body, or of the query for GET and DELETE. */
  readonly example?: string;
  /** The members of the library that do the same. */
  readonly members: readonly LibraryMember[];
  readonly handle: (subject: ControlSubject, request: ControlRequest) => ControlAnswer | Promise<ControlAnswer>;
}

/** Operations by method and path, such as `POST /users/{user}/ban`. */
export type ControlOperations = Readonly<
  Record<`${'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} /${string}`, ControlOperation>
>;

export async function readControlRequest(request: HonoRequest): Promise<ControlRequest> {
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'DELETE';
  const fields = hasBody ? await readObject(request) : {};
  return {
    fields,
    path: (name) => request.param(name) ?? '',
    query: (name) => request.query(name),
    header: (name) => request.header(name),
  };
}

async function readObject(request: HonoRequest): Promise<Fields> {
  const body = await readJson(request);
  if (isRecord(body)) return body;
  throw invalid('The body must be a JSON object.');
}

export function refuseUnknown(fields: Fields, known: readonly string[] = []): void {
  const unknown = Object.keys(fields).find((field) => !known.includes(field));
  if (unknown !== undefined) throw invalid(`${unknown.slice(0, 64)} is not a known field of this request.`);
}

export function invalid(detail: string): Problem {
  return new Problem(400, 'invalid_request', detail);
}

/** Reads `?limit=`, from 1 to 100. */
export function limitOf(request: ControlRequest, otherwise = 20): number {
  const text = request.query('limit');
  if (text === undefined) return otherwise;
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 100) return Number(text);
  throw invalid('limit must be a whole number from 1 to 100.');
}
