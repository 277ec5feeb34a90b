import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmulator } from '@torii/emulator';
import { createRevocations } from '@torii/revocation';
import getPort from 'get-port';
import { buildNextExample } from '../../../scripts/next-example.ts';
import { countWrong, describeCall, formatTable } from './report.ts';
import { createRevocationFile } from './revocation-file.ts';
import {
  exampleServers,
  nextServer,
  type RunningServer,
  type ServerProgram,
  startServer,
  staticSite,
} from './servers.ts';
import { streamPlaces, takeStreamsTour, whyNoStreams } from './streams.ts';
import { takeTenantsTour, tenantPlaces } from './tenants.ts';
import { takeTour } from './tour.ts';
import { takeWebhooksTour, webhookPlaces } from './webhooks.ts';

const usage = `Starts a local Torii and several servers that require its tokens, and shows which requests they accept.

  npm start                      takes the tour, and keeps everything running until Ctrl-C
  npm start -- --once            exits after the tour; the exit code is 1 if a response was wrong
  npm start -- --server FILE     includes your own server: it reads TORII_ISSUER and PORT from its environment, and
                                 responds to GET /, GET /me and DELETE /admin/cache like the servers in examples/
  npm start -- --help            prints this text

TOUR_PORT=5100 uses the ports from 5100 instead of 4100.
`;

interface Options {
  readonly once: boolean;
  readonly programs: readonly ServerProgram[];
}

/** The preferred port of the emulator. The servers use the ports after it. */
const firstPort = Number(process.env['TOUR_PORT'] ?? 4100);

// The servers are killed on the event `exit`, which Node does not emit when a signal ends the process.
for (const [signal, code] of [
  ['SIGINT', 0],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => process.exit(code));
}

const options = readArguments();
try {
  await run(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function run({ once, ...asked }: Options): Promise<void> {
  say('Building the Next.js app (takes about half a minute the first time)');
  const problem = await buildNextExample();
  if (problem !== undefined) say(`Skipping Next.js: the build failed: ${problem}`);
  const programs = asked.programs.filter((program) => program !== nextServer || problem === undefined);
  const toriiPort = await findPort('Torii', firstPort);
  // The page starts last, but the emulator and the API need the page's origin when they start.
  const pagePort = await findPort(staticSite.name, firstPort + 1 + programs.length);
  const pageOrigin = originOf(pagePort);
  const ports = new Map<ServerProgram, number>();
  for (const [index, program] of programs.entries()) {
    ports.set(program, await findPort(program.name, firstPort + 1 + index));
  }
  say(`Starting a local Torii on port ${toriiPort}, and a second issuer that the servers do not trust`);
  await using emulator = await startEmulator({
    port: toriiPort,
    allowedOrigins: [pageOrigin, ...[...ports.values()].map(originOf)],
    // Short retries, so that the tour does not wait as long as Torii would.
    webhookRetrySeconds: Array.from({ length: 300 }, () => 0.2),
  });
  await using other = await startEmulator();

  const { issuer, environmentId } = emulator;
  const file = createRevocationFile();
  const revocations = createRevocations({ issuer, environmentId, feed: file.feed });
  const servers: RunningServer[] = [];
  for (const [program, port] of ports) {
    say(`Starting ${program.name} on port ${port}`);
    const environment = {
      TORII_ISSUER: issuer,
      TORII_ENVIRONMENT_ID: environmentId,
      REVOCATIONS_FILE: file.path,
      WEB_ORIGIN: pageOrigin,
      APP_ORIGIN: originOf(port),
    };
    servers.push(await startServer(program, { port, environment }));
  }
  const api = servers.find(({ name }) => name === 'Koa');
  if (api === undefined) throw new Error('The static page needs the Koa app, which is not running.');
  say(`Starting the static page on port ${pagePort}`);
  const environment = { TORII_ISSUER: emulator.issuer, API_URL: api.url };
  const page = await startServer(staticSite, { port: pagePort, environment });

  say('Sending requests to the servers');
  const steps = await takeTour({ emulator, other, revocations, servers, page: { origin: pageOrigin, api } });
  say('Sending requests to an app with several tenants');
  const tenantSteps = await takeTenantsTour(emulator);
  say('Sending webhooks to an app that keeps a copy of the users');
  const webhookSteps = await takeWebhooksTour(emulator);
  const reason = whyNoStreams();
  say(reason ?? 'Testing streams: NATS, a gateway, and an app that creates stream tokens');
  const streamSteps = reason === undefined ? await takeStreamsTour(emulator) : [];
  const wrong = countWrong([...steps, ...tenantSteps, ...webhookSteps, ...streamSteps]);
  console.log(`\n${formatTable(steps, ['Torii', ...servers.map(({ name }) => name)])}`);
  console.log(formatTable(tenantSteps, tenantPlaces));
  console.log(formatTable(webhookSteps, webhookPlaces));
  if (streamSteps.length > 0) console.log(formatTable(streamSteps, streamPlaces));
  console.log(wrong === 0 ? 'All responses are as expected.' : `Wrong responses: ${wrong}`);
  if (wrong > 0) process.exitCode = 1;

  if (!once) {
    console.log(`\n${describeCall(emulator, servers, page)}\n\nPress Ctrl-C to stop.`);
    await new Promise(() => {}); // The server of the emulator keeps the process alive.
  }
  await Promise.all([...servers, page].map((server) => server.stop()));
  await revocations.close();
}

function readArguments(): Options {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        server: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const own = values.server.map((file) => ({ name: basename(file), file: resolve(file) }));
    return { once: values.once, programs: [...exampleServers, nextServer, ...own] };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

function originOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

async function findPort(name: string, preferred: number): Promise<number> {
  const port = await getPort({ port: preferred, host: '127.0.0.1' });
  if (port !== preferred) say(`Port ${preferred} is in use: ${name} uses port ${port} instead`);
  return port;
}

function say(text: string): void {
  console.log(`› ${text}`);
}
