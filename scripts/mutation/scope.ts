import { globSync } from 'node:fs';
import { repository } from '../workspace.ts';

export interface Subject {
  /** The name of the subject and of its file of results. */
  readonly name: string;
  /** The name of the package's folder. */
  readonly package: string;
  /** The files to mutate. Patterns inside the package's `src/`. */
  readonly files: readonly string[];
  /** The tests of these files. Patterns inside the package's `test/`. */
  readonly tests: readonly string[];
}

/** The code that decides who gets in. */
export const subjects: readonly Subject[] = [
  core(['auth'], ['auth', 'many-issuers', 'errors', 'checks', 'jwt', 'node/registry']),
  core(
    ['{authenticate,verifier,token-verifier}'],
    ['authenticate', 'verify', 'checks', 'errors', 'answer', 'event-values', 'guards', 'mistakes', 'revocation'],
  ),
  core(
    ['{verify-token,authenticate-request}', 'calls/*'],
    ['one-call', 'one-call-options', 'one-call-memory', 'many-issuers', 'mistakes', 'issuer-approval-calls'],
  ),
  core(['request-filter'], ['request-filter', 'combine']),
  core(
    ['any-verifier', 'makers/*'],
    ['any-verifier', 'any-verifier-places', 'any-verifier-options', 'any-verifier-approval', 'combine'],
  ),
  core(['observation', 'options/observe-option'], ['observation', 'observation-effects', 'observation-limit']),
  core(['revocation-check', 'token/token-digest', 'options/revocation-options'], ['revocation', 'revocation-options']),
  core(['{current-auth,kept-request}'], ['node/current-auth']),
  core(['promises/{await-guard,outcome}'], ['await-guard', 'node/await-guard']),
  core(['{checks,report-only}'], ['checks', 'guards', 'mistakes', 'report-only']),
  core(
    ['keys/{issuer-approvals,approved-keys}', 'options/{issuer-approval,environments}', 'time/call-limit'],
    [
      'issuer-approval',
      'issuer-approval-answers',
      'issuer-approval-floods',
      'issuer-approval-calls',
      'report-only',
      'options',
    ],
  ),
  core(['guards'], ['guards', 'event-values']),
  core(['{denial,answer}'], ['denial', 'answer', 'errors', 'guards']),
  core(['errors/kinds'], ['errors', 'api-errors', 'thrown-refusals', 'node/errors']),
  core(
    ['{events,emitter}', 'logs/{loggable,value-kind}'],
    ['event-values', 'emitter', 'answer', 'checks', 'errors', 'auth', 'guards', 'verify'],
  ),
  core(['logs/cause'], ['node/causes', 'webhook-store-causes', 'initial-keys']),
  core(['registry'], ['registry', 'node/registry', 'emitter']),
  core(['time/remote-value'], ['remote-value', 'pause', 'initial-keys', 'keys']),
  core(['stores/outages'], ['store-outages']),
  core(['request/bearer'], ['bearer', 'authenticate', 'token-scheme']),
  core(['request/path'], ['path']),
  core(
    ['request/{request-view,headers,framework-request,target,properties,host}'],
    ['request', 'bearer', 'guards', 'mistakes'],
  ),
  core(['token/{parse,encoding,encoding.node}'], ['token', 'verify', 'encoding']),
  core(
    ['token/{claims,verify,token-cache}'],
    [
      'token-cache',
      'token-cache-order',
      'token-ends',
      'node/token-ends',
      'verify',
      'errors',
      'many-issuers',
      'audience',
      'key-set',
      'revocation',
      'issuer-approval',
    ],
  ),
  // Not ecdsa.ts: the tests run on Node, which has ecdsa.node.ts in its place.
  core(
    ['keys/{jwks,key-endpoint,signature,ecdsa.node}'],
    ['key-set', 'node/ecdsa', 'node/signature-threads', 'verify', 'keys', 'token-cache', 'node/node-stream'],
  ),
  core(
    ['keys/{remote-key-set,key-sources,initial-key-set,crowd,fetch-budget}'],
    ['fetch-limits', 'initial-keys', 'many-issuers', 'pause', 'token-cache', 'keys', 'key-set'],
  ),
  core(['keys/curve-point'], ['curve-point', 'key-text']),
  core(['time/{deadline,instant}'], ['deadline', 'pause', 'keys']),
  core(
    [
      'options/{verify-options,request-options,verifier-options,paths,origins,issuer-url,loopback,reader,pasted-text,hints}',
    ],
    [
      ...[
        'options',
        'reader',
        'loopback',
        'nearest-name',
        'initial-keys',
        'audience',
        'key-set',
        'path',
        'authenticate',
        'mistakes',
      ],
      ...['token-cache', 'token-scheme', 'verify'],
    ],
  ),
  core(['options/audience-options'], ['audience', 'options']),
  authz(
    ['{authz,options}', 'rules/*'],
    ['conditions', 'explain', 'host', 'options', 'roles', 'tenants', 'edge', 'event-values'],
  ),
  authz(
    ['policy/{permission,permission-tree,permission-node,regex-chains,match-budget}'],
    ['permission-tree', 'decision-limits', 'roles', 'explain', 'options'],
  ),
  authz(['policy/decision-memory'], ['decision-memory']),
  authz(['policy/policy-source'], ['pause', 'policy-source', 'event-values', 'options']),
];

/** The files of a subject, as paths from the repository's root. Only those at or below one of `paths`, if given. */
export function listFiles(subject: Subject, paths: readonly string[]): readonly string[] {
  const wanted = paths.map((path) => `packages/${path.replace(/^packages\/|\/$/g, '')}/`);
  return globSync([...subject.files], { cwd: `${repository}/packages/${subject.package}/src` })
    .map((file) => `packages/${subject.package}/src/${file}`)
    .filter((file) => wanted.length === 0 || wanted.some((path) => `${file}/`.startsWith(path)))
    .sort();
}

function core(files: readonly string[], tests: readonly string[]): Subject {
  return subjectOf('core', files, tests);
}

function authz(files: readonly string[], tests: readonly string[]): Subject {
  return subjectOf('authz', files, tests);
}

function subjectOf(name: string, files: readonly string[], tests: readonly string[]): Subject {
  return {
    name: `${name}-${files.join('-').replaceAll(/[^a-z]+/g, '-')}`.replace(/-$/, ''),
    package: name,
    files: files.map((file) => `${file}.ts`),
    tests: tests.map((test) => `${test}.test.ts`),
  };
}
