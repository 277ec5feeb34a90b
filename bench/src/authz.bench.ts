// Measures decisions per second by the number of permissions, compared with node-casbin and CASL, and the worst cases
// of regular expressions. One caller with two of ten roles asks alternately for resources that are granted and
// resources that are not.
import { createMongoAbility, type MongoAbility } from '@casl/ability';
import { createAuthz } from '@torii/authz';
import { type Auth, createVerifier, type RequestView } from '@torii/core';
import { viewOf } from '@torii/core/adapter';
import { startEmulator } from '@torii/emulator';
import { newEnforcer, newModelFromString } from 'casbin';
import { measureHardest } from './hardest-decisions.ts';
import { atMost, formatNumber, withSpread } from './limits.ts';
import { type Permissions, permissionsFor, questionsFor, roleCount } from './permissions.ts';
import { announceSteps } from './progress.ts';
import { tableOfRatios } from './ratio-table.ts';
import { type Contender, measureInRounds, median, spreadOf } from './rounds.ts';
import { reportSection, type Table } from './section.ts';
import { roundsOr, scaled } from './settings.ts';

const rounds = roundsOr(7);
const callerRoles = ['role3', 'role7'];

await using emulator = await startEmulator();
const auth = await createVerifier({ issuer: emulator.issuer }).verify(
  await emulator.token({ claims: { roles: callerRoles } }),
);

type Decide = (resource: string, n: number) => boolean | Promise<boolean>;

/** The complete check of a request, including parsing the path. */
function ours(permissions: Permissions, caller: Auth): Decide {
  const [check] = createAuthz({ permissions: { permissions } }).checks;
  const views = new Map<string, RequestView>();
  return async (resource) => {
    const view = views.get(resource) ?? viewOf({ method: 'GET', url: `/${resource}`, headers: {} });
    views.set(resource, view);
    return (await check(caller, view)) === true;
  };
}

function oursUncached(permissions: Permissions, caller: Auth): Decide {
  const authz = createAuthz({ permissions: { permissions } });
  return (resource) => authz.can(caller, `${resource}:get`);
}

/**
 * node-casbin's model for REST: roles, and keyMatch for `/*`. keyMatch does not support a star inside a path, so
 * permissions with such a star are left out.
 */
async function casbin(permissions: Permissions): Promise<Decide> {
  const enforcer = await newEnforcer(
    newModelFromString(`
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && keyMatch(r.obj, p.obj) && r.act == p.act
`),
  );
  await enforcer.addPolicies(rulesOf(permissions).map(([role, resource]) => [role, `/${resource}`, 'GET']));
  for (const role of callerRoles) await enforcer.addGroupingPolicy('ada', role);
  return (resource) => enforcer.enforce('ada', `/${resource}`, 'GET');
}

/** An ability for this caller only, created once. CASL has no patterns for subjects, so it gets only literals. */
function casl(permissions: Permissions): Decide {
  const rules = rulesOf(permissions)
    .filter(([role, resource]) => callerRoles.includes(role) && !resource.includes('*'))
    .map(([, subject]) => ({ action: 'get', subject }));
  const ability: MongoAbility = createMongoAbility(rules);
  return (resource) => ability.can('get', resource);
}

function rulesOf(permissions: Permissions): readonly (readonly [role: string, resource: string])[] {
  return Object.entries(permissions).flatMap(([role, lines]) =>
    lines.map((line) => [role, line.slice(0, line.lastIndexOf(':'))] as const).filter(([, r]) => !r.includes('/*/')),
  );
}

const reference = '@torii/authz, the whole check of a request';
const sizes = [10, scaled(1_000), scaled(100_000)];
announceSteps(sizes.length + 5);
const tables: Table[] = [];
for (const count of sizes) {
  const permissions = permissionsFor(count);
  const contenders: Record<string, Decide> = {
    [reference]: ours(permissions, auth),
    '@torii/authz, can(), nothing cached': oursUncached(permissions, auth),
    'node-casbin, enforce()': await casbin(permissions),
    'CASL, can(), literals only': casl(permissions),
  };
  const questions = questionsFor(count);
  await requireAgreement(contenders, questions.slice(0, 20));
  const title = `Decisions, ${formatNumber(count)} permissions`;
  const runs = Object.entries(contenders).map(([name, decide]) => ({
    name,
    run: () => decisionsPerSecond(decide, questions),
  }));
  const measured = await measureInRounds(title, runs, rounds);
  tables.push(tableOfRatios({ title, measured, unit: 'per second', bases: [reference] }));
}

tables.push(
  await measureSizes('Reading and compiling a document', 'permissions', 'ms', sizes, (count) => {
    const text = JSON.stringify({ permissions: permissionsFor(count) });
    return async () => {
      const authz = createAuthz({ permissions: () => text, timeoutMs: 60_000 });
      return milliseconds(() => authz.refresh());
    };
  }),
);

for (const source of ['(a+)+$', '(a|aa)+', '(.*a){20}']) {
  const title = `The regular expression \`${source}\` on a path that narrowly does not match`;
  const lengths = [10, 100, 1_000]; // Longer resources are not matched against regular expressions.
  tables.push(
    await measureSizes(title, 'characters', 'µs', lengths, (length) => {
      const resource = `${'a'.repeat(length)}!`;
      return askRegexes([source], () => resource, 20);
    }),
  );
}
tables.push(
  await measureSizes('Regular expressions without a literal beginning', 'expressions', 'µs', [1, 10, 60], (count) => {
    const sources = Array.from({ length: count }, (_, n) => `\\w+/thing${n}/\\d+`);
    return askRegexes(sources, (n) => `area${n}/thing${n % 1500}/${n}`, scaled(1_000));
  }),
);
const hardest = await measureHardest(auth, callerRoles, rounds);
const byTime = [...hardest].toSorted(([, a], [, b]) => median(b) - median(a));
tables.push({
  title: 'The hardest regular expressions that a document may have',
  columns: ['', 'ms of processor time'],
  rows: byTime.map(([kind, values]) => [kind, withSpread(spreadOf(values))]),
  note: 'Each is as large as the limits allow. A decision is the first of its document, with nothing cached, by the path that takes longest.',
});
reportSection({
  title: 'Deciding what a caller may do',
  text: [
    `One caller with two of ${roleCount} roles asks alternately for resources that are granted and resources that are not. node-casbin uses its REST model, which does not support a star inside a path. CASL has an ability for this caller only, with literals only. Before the measurement, all contenders are checked to give the same answers.`,
    'The regular expressions are of a kind that makes a backtracking engine hang at thirty characters.',
  ],
  rounds,
  tables,
  limits: [
    atMost('A decision by the hardest regular expressions', 5, 'ms of processor time', spreadOf(byTime[0]?.[1] ?? [])),
  ],
});

/** Returns a run that measures the average microseconds of one decision. */
function askRegexes(
  sources: readonly string[],
  resourceOf: (n: number) => string,
  count: number,
): () => Promise<number> {
  const lines = sources.map((source) => `%r{${source}}:get`);
  const authz = createAuthz({ permissions: { permissions: { role3: lines } } });
  let n = 0;
  return async () => {
    const total = await milliseconds(async () => {
      for (let i = 0; i < count; i++, n++) await authz.can(auth, `${resourceOf(n)}:get`);
    });
    return (total / count) * 1000;
  };
}

async function measureSizes(
  title: string,
  things: string,
  unit: string,
  sizes: readonly number[],
  make: (size: number) => () => Promise<number>,
): Promise<Table> {
  const contenders: Contender[] = sizes.map((size) => ({ name: formatNumber(size), run: make(size) }));
  const measured = await measureInRounds(title, contenders, rounds);
  return {
    title,
    columns: [things, unit],
    rows: [...measured].map(([size, values]) => [size, formatNumber(median(values))]),
  };
}

async function requireAgreement(
  contenders: Readonly<Record<string, Decide>>,
  questions: readonly string[],
): Promise<void> {
  for (const [n, question] of questions.entries()) {
    const answers = await Promise.all(Object.values(contenders).map((decide) => decide(question, n)));
    if (new Set(answers).size !== 1)
      throw new Error(`The contenders disagree about ${question}: ${answers.join(', ')}.`);
  }
}

async function decisionsPerSecond(decide: Decide, questions: readonly string[]): Promise<number> {
  const begun = performance.now();
  let count = 0;
  // Make at least one decision: with 100,000 permissions, a contender that checks each of them needs more than 100 ms.
  do {
    const question = questions[count % questions.length] ?? '';
    const answer = decide(question, count);
    if (answer instanceof Promise) await answer;
    count++;
  } while (performance.now() - begun < 100);
  return (count / (performance.now() - begun)) * 1000;
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
