import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '@torii/emulator';
import selfsigned from 'selfsigned';
import { expect, onTestFinished, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { startForwarder } from '../../emulator/test/forwarder.ts';
import { cleanEnvironment, nodeArguments, patience, runCommand, startCommand, temporaryFolder } from './command.ts';
import { connectTwoNetworks } from './network-namespaces.ts';

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

/** The compose files of docs/containers.md, in their order. */
const [shared, separate] = [
  ...readFileSync(new URL('../../../docs/containers.md', import.meta.url), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g),
].map(([, text = '']) => {
  const [document] = parseAllDocuments(text);
  if (document === undefined || document.errors.length > 0) throw new Error(`This is not YAML: ${text}`);
  return (document.toJS() as { readonly services: Readonly<Record<string, Service>> }).services;
});

const emulator = fileURLToPath(new URL('../../emulator/src/main.ts', import.meta.url));
const app = nodeArguments([], { program: new URL('./container-app.ts', import.meta.url) });

/** The command of a container, with the program in this repository instead of the installed one. */
function commandOf({ command = [] }: Service = {}): [command: string, args: readonly string[]] {
  const [program, ...args] = command;
  if (program !== 'node_modules/.bin/torii-emulator') return [program ?? '', args];
  return [process.execPath, ['--conditions=@torii/source', emulator, ...args]];
}

interface Running {
  output(): string;
  readonly ended: Promise<number | string>;
}

function run([command, args]: [command: string, args: readonly string[]], environment = {}): Running {
  const child = spawn(command, args, { env: { ...cleanEnvironment({ environment }), NODE_NO_WARNINGS: '1' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { output: () => output, ended };
}

async function shows({ output }: Running, text: string): Promise<void> {
  await vi.waitFor(() => expect(output()).toContain(text), patience);
}

/** Repeats a short command until it succeeds, like a health check. */
async function succeeds(start: () => Running): Promise<Running> {
  for (;;) {
    const running = start();
    if ((await running.ended) === 0) return running;
  }
}

const verified = (issuer: string | undefined): string => `${JSON.stringify({ isSameUser: true, issuer })}\n`;

test('an app that shares the network of the emulator verifies its tokens', async ({ skip }) => {
  const { torii, app: appService } = shared ?? {};
  expect(appService?.network_mode).toBe('service:torii');
  const [container, machine] = connectTwoNetworks({ skip });
  const started = run(container.inside(...commandOf(torii)));
  await shows(started, 'Ctrl-C');

  const [, program = '', ...check] = torii?.healthcheck?.test ?? [];
  expect(await run(container.inside(program, check)).ended).toBe(0);
  const { environment = {} } = appService ?? {};
  const result = run(container.inside(process.execPath, app), environment);
  expect([await result.ended, result.output()]).toEqual([0, verified(environment['TORII_ISSUER'])]);

  // From outside, the mapped port leads to the address of the container. Requests still name the host of the browser.
  const port = /:(\d+):(\d+)$/.exec(torii?.ports?.[0] ?? '');
  expect(port?.[1]).toBe(port?.[2]);
  const url = `http://${container.address}:${port?.[2]}/_torii/.well-known/jwks.json`;
  expect(await statusFrom(machine.inside, url, new URL(environment['TORII_ISSUER'] ?? '').host)).toBe('200');
  expect(await statusFrom(machine.inside, url, 'evil.example')).toBe('421');
});

test('an app with a separate network verifies tokens through the forwarder', async ({ skip }) => {
  const { torii, app: appService, forwarder } = separate ?? {};
  expect(forwarder?.network_mode).toBe('service:app');
  const [container, appNetwork] = connectTwoNetworks({ skip });
  const started = run(container.inside(...commandOf(torii)));
  await shows(started, 'Ctrl-C');

  // No name service gives this test the host name `torii`.
  const [program, args] = commandOf(forwarder);
  const direct = args.map((text) => text.replace("'torii'", `'${container.address}'`));
  expect(direct).not.toEqual(args);
  run(appNetwork.inside(program, direct));
  const { environment = {} } = appService ?? {};
  const check = `fetch('${environment['TORII_ISSUER']}/_torii/.well-known/jwks.json')`;
  await succeeds(() => run(appNetwork.inside(process.execPath, ['-e', check])));
  const result = run(appNetwork.inside(process.execPath, app), environment);
  expect([await result.ended, result.output()]).toEqual([0, verified(environment['TORII_ISSUER'])]);

  const url = `http://${container.address}:4100/_torii/.well-known/jwks.json`;
  for (const [host, status] of [
    ['torii:4100', '200'],
    [`${container.address}:4100`, '421'],
  ] as const) {
    expect(await statusFrom(appNetwork.inside, url, host)).toBe(status);
  }
});

async function statusFrom(
  inside: (command: string, args: readonly string[]) => [string, readonly string[]],
  url: string,
  host: string,
): Promise<string> {
  const code = `require('http').get('${url}', { headers: { host: '${host}' } }, (r) => console.log(r.resume().statusCode))`;
  const running = run(inside(process.execPath, ['-e', code]));
  await running.ended;
  return running.output().trim();
}

test('`torii emulator` behind a mapped port: the app uses the port outside, 127.0.0.2 is the container', async () => {
  let inner = 0;
  let listening = 0;
  await using mapped = await startForwarder({ host: '127.0.0.1' }, () => ({ host: '127.0.0.2', port: inner }));
  await using container = await startForwarder({ host: '127.0.0.2' }, () => ({ host: '127.0.0.1', port: listening }));
  inner = container.port;
  const issuer = `http://127.0.0.1:${mapped.port}`;
  const environment = {
    TORII_EMULATOR_PUBLIC_ORIGIN: issuer,
    TORII_EMULATOR_SECRET_KEY: 'sk_test_compose',
    ...kubernetesLinks('torii'),
    ...kubernetesLinks('torii-emulator'),
  };
  const command = startCommand(['emulator', '--port', '0', '--host', '0.0.0.0'], { environment });
  let text = '';
  while (!text.includes('Ctrl-C')) [text] = [text + (await once(command.stdout, 'data'))[0]];
  listening = Number(/listens +on port (\d+)/.exec(text)?.[1]);
  expect(text).toContain(`TORII_ISSUER=${issuer}\n`);
  const given = { TORII_ISSUER: issuer, TORII_API_URL: issuer, TORII_SECRET_KEY: 'sk_test_compose' };
  const result = run([process.execPath, app], given);
  expect([await result.ended, result.output()]).toEqual([0, verified(issuer)]);
  command.kill('SIGTERM');
  expect((await command.ended).code).toBe(143);
});

test('a proxy adds TLS: the app trusts its authority, and verifies tokens of the https issuer', async () => {
  const { cert, private: key } = await selfsigned.generate([{ name: 'commonName', value: 'torii' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  let port = 0;
  const proxy = createTlsServer({ cert, key }, (incoming) => {
    const outgoing = connect(port, '127.0.0.1');
    for (const end of [incoming, outgoing]) end.on('error', () => [incoming, outgoing].map((each) => each.destroy()));
    incoming.pipe(outgoing).pipe(incoming);
  }).listen(0, 'localhost');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const issuer = `https://localhost:${(proxy.address() as AddressInfo).port}`;
  await using torii = await startEmulator({ publicOrigin: issuer, secretKey: 'sk_test_compose' });
  port = Number(new URL(torii.localOrigin).port);
  const authority = join(temporaryFolder(), 'ca.pem');
  writeFileSync(authority, cert);
  const given = { TORII_ISSUER: issuer, TORII_API_URL: issuer, TORII_SECRET_KEY: torii.secretKey };
  const result = run([process.execPath, app], { ...given, NODE_EXTRA_CA_CERTS: authority });
  expect([await result.ended, result.output()]).toEqual([0, verified(issuer)]);
  expect(await run([process.execPath, app], given).ended).toBe(1);
});

test('a Kubernetes service that is called torii changes no command', async () => {
  const environment = {
    ...kubernetesLinks('torii'),
    ...kubernetesLinks('torii-api'),
    ...kubernetesLinks('torii-issuer'),
  };
  expect(await runCommand(['secret', '--quiet'], { environment })).toMatchObject({ code: 0, stderr: '' });
  const { code, stderr } = await runCommand(['users', 'list'], { environment });
  expect([code, stderr]).toEqual([2, expect.stringContaining('TORII_SECRET_KEY')]);
});

/** The variables that Kubernetes sets in every container for a service of this name. */
function kubernetesLinks(service: string): Readonly<Record<string, string>> {
  const name = service.toUpperCase().replaceAll('-', '_');
  return {
    [`${name}_PORT`]: 'tcp://10.0.0.1:4100',
    [`${name}_SERVICE_HOST`]: '10.0.0.1',
    [`${name}_SERVICE_PORT`]: '4100',
    [`${name}_PORT_4100_TCP`]: 'tcp://10.0.0.1:4100',
    [`${name}_PORT_4100_TCP_PROTO`]: 'tcp',
    [`${name}_PORT_4100_TCP_PORT`]: '4100',
    [`${name}_PORT_4100_TCP_ADDR`]: '10.0.0.1',
  };
}
