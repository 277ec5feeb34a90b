// Measures the cost of a guard in a real server: CPU time of the server's process per request, and requests per second.
import { atLeast, atMost, withSpread } from './limits.ts';
import { type Material, makeMaterial } from './material.ts';
import { announceSteps } from './progress.ts';
import {
  type Contender,
  differencesTo,
  type Measured,
  measureInRounds,
  ratiosTo,
  type Spread,
  spreadOf,
  valuesOf,
} from './rounds.ts';
import { type Chart, type Limit, reportSection, type Table } from './section.ts';
import { type Framework, type Guard, GuardedServer, type Served } from './served.ts';
import { roundsOr, scaled } from './settings.ts';

const rounds = roundsOr(7);
const frameworks: readonly Framework[] = ['node:http', 'Express', 'Koa'];
const guards: readonly Guard[] = ['bare', 'torii', 'jose', 'fast-jwt', 'middleware'];
const leastOfBare: Record<Framework, number> = { 'node:http': 0.7, Express: 0.9, Koa: 0.8 };
const repeatedAmount = scaled(20_000);
const distinctAmount = scaled(8_000);

interface RunningServer {
  readonly framework: Framework;
  readonly guard: Guard;
  readonly server: GuardedServer;
}

interface Outcome {
  readonly cpu: Measured;
  readonly speed: Measured;
}

announceSteps(2);
const material = await makeMaterial();
const servers = await startServers(material);
try {
  const [token = ''] = await material.mint(1);
  const repeated = await measure('Requests with the same token', servers, ({ server }) =>
    server.serve(repeatedAmount, [token]),
  );
  const batches = await Promise.all(Array.from({ length: rounds + 1 }, () => material.mint(distinctAmount)));
  const distinct = await measure('Requests with distinct tokens', servers, ({ server }, round) =>
    server.serve(distinctAmount, batches[round] ?? []),
  );
  report(repeated, distinct);
} finally {
  for (const { server } of servers) server.stop();
}

async function startServers(material: Material): Promise<readonly RunningServer[]> {
  const [good = ''] = await material.mint(1);
  const [bad = ''] = await material.mint(1, { foreignKid: material.jwk.kid });
  const servers: RunningServer[] = [];
  for (const framework of frameworks) {
    for (const guard of guards) {
      if (framework === 'node:http' && guard === 'middleware') continue;
      const server = await GuardedServer.start(framework, guard, material);
      servers.push({ framework, guard, server });
      const statuses = [await server.statusFor(good), await server.statusFor(bad)].join(' and ');
      if (statuses !== (guard === 'bare' ? '200 and 200' : '200 and 401'))
        throw new Error(`${framework} with ${guard} answers a good and a bad token with ${statuses}.`);
    }
  }
  return servers;
}

async function measure(
  title: string,
  servers: readonly RunningServer[],
  serve: (running: RunningServer, round: number) => Promise<Served>,
): Promise<Outcome> {
  const speed = new Map<string, number[]>();
  const contenders = servers.map((running): Contender => {
    const name = nameOf(running.framework, running.guard);
    return {
      name,
      async run(round) {
        const { cpuMicroseconds, perSecond } = await serve(running, round);
        const kept = speed.get(name);
        if (kept === undefined) speed.set(name, []);
        else kept.push(perSecond);
        return cpuMicroseconds;
      },
    };
  });
  return { cpu: await measureInRounds(title, contenders, rounds), speed };
}

function report(repeated: Outcome, distinct: Outcome): void {
  reportSection({
    title: 'A request behind a real server',
    text: [
      'Each server is a separate process. autocannon sends the requests from another process over 32 connections. The two share two cores, so the CPU time of the server’s process is the reliable figure, and the requests per second depend on this machine. Each server returns the same small JSON. "µs added" is the CPU time of a request beyond that of the bare server of the same framework in the same round. "bare CPU / this CPU" is the number of requests that a server can handle while the bare server handles one, if only CPU limits both.',
      'jose and fast-jwt (with its cache on) run in middleware of a few lines that reads the header and responds with 401. Before the measurement, each server is checked: it must accept a valid token and refuse a token that an unknown key signed.',
    ],
    rounds,
    tables: [
      ...frameworks.map((framework) => tableOf(`${framework}, the same token in every request`, framework, repeated)),
      ...frameworks.map((framework) => tableOf(`${framework}, a new token in every request`, framework, distinct)),
    ],
    limits: frameworks.flatMap((framework) => limitsOf(framework, repeated, distinct)),
    charts: [
      chartOf('CPU added to a request with a cached token', repeated),
      chartOf('CPU added to a request with a new token', distinct),
    ],
  });
}

function tableOf(title: string, framework: Framework, { cpu, speed }: Outcome): Table {
  const bare = nameOf(framework, 'bare');
  const jose = nameOf(framework, 'jose');
  return {
    title,
    columns: [
      '',
      'µs of CPU',
      'µs added',
      'bare CPU / this CPU',
      'requests per second',
      'ratio to bare',
      'ratio to jose',
    ],
    rows: guardsOf(framework).map((guard) => {
      const name = nameOf(framework, guard);
      return [
        labelOf(framework, guard),
        withSpread(spreadOf(valuesOf(cpu, name))),
        guard === 'bare' ? '' : withSpread(differencesTo(cpu, name, bare)),
        withSpread(inverse(ratiosTo(cpu, name, bare))),
        withSpread(spreadOf(valuesOf(speed, name))),
        withSpread(ratiosTo(speed, name, bare)),
        withSpread(ratiosTo(speed, name, jose)),
      ];
    }),
  };
}

function inverse({ median, low, high }: Spread): Spread {
  return { median: 1 / median, low: 1 / high, high: 1 / low };
}

function limitsOf(framework: Framework, repeated: Outcome, distinct: Outcome): readonly Limit[] {
  const [bare, torii, jose] = [nameOf(framework, 'bare'), nameOf(framework, 'torii'), nameOf(framework, 'jose')];
  return [
    atMost(`${framework}, a cached token: CPU added`, 20, 'µs', differencesTo(repeated.cpu, torii, bare)),
    atLeast(
      `${framework}, a cached token: requests per second`,
      leastOfBare[framework],
      'of the bare server',
      ratiosTo(repeated.speed, torii, bare),
      'A bare handler is so fast that the few microseconds for reading a header and looking up a token make a visible difference.',
    ),
    atLeast(
      `${framework}, distinct tokens: requests per second`,
      1,
      'times jose',
      ratiosTo(distinct.speed, torii, jose),
    ),
    atLeast(
      `${framework}, distinct tokens: clearly more requests per second`,
      1.1,
      'times jose',
      ratiosTo(distinct.speed, torii, jose),
      'Both verify the signatures of simultaneous requests in the thread pool, and signatures take most of the time. The client and the server itself take most of the rest.',
    ),
  ];
}

function chartOf(title: string, { cpu }: Outcome): Chart {
  return {
    title,
    unit: 'µs',
    better: 'less',
    bars: frameworks.flatMap((framework) =>
      guardsOf(framework)
        .filter((guard) => guard !== 'bare')
        .map((guard) => ({
          name: `${framework}: ${labelOf(framework, guard)}`,
          value: Math.max(0, differencesTo(cpu, nameOf(framework, guard), nameOf(framework, 'bare')).median),
          kind: guard === 'torii' ? ('ours' as const) : ('peer' as const),
        })),
    ),
  };
}

function guardsOf(framework: Framework): readonly Guard[] {
  return guards.filter((guard) =>
    servers.some((running) => running.framework === framework && running.guard === guard),
  );
}

function nameOf(framework: Framework, guard: Guard): string {
  return `${framework}, ${guard}`;
}

function labelOf(framework: Framework, guard: Guard): string {
  if (guard === 'torii') return { 'node:http': '@torii/core', Express: '@torii/express', Koa: '@torii/koa' }[framework];
  if (guard === 'middleware') return `${framework.toLowerCase()}-jwt + jwks-rsa`;
  return guard;
}
