import { controlPath } from '../control/paths.ts';
import type { Emulator } from '../emulator.ts';
import type { EmulatorEnvironment } from '../emulator-environment.ts';
import type { Host } from '../options/emulator-options.ts';
import type { ProgramArguments } from './arguments.ts';

export function describeStart(emulator: Emulator, { data, host }: ProgramArguments): string {
  const { environments } = emulator;
  const sections = [
    'Torii emulator: a local Torii for development only.',
    `  listens    ${describeAddress(emulator, host)}
  data       ${data ?? 'in memory, lost at exit (use --data FILE to keep it)'}`,
    ...environments.map((environment) => describeEnvironment(environment, environments.length > 1)),
    describeControl(emulator.issuer),
    'Ctrl-C ends it.',
  ];
  return `\n${sections.join('\n\n')}\n`;
}

function describeAddress({ issuer, localOrigin }: Emulator, host: Host): string {
  const isOpen = host === '0.0.0.0' || host === '::';
  if (!isOpen) return localOrigin;
  const { port } = new URL(localOrigin);
  const hint = ' (if the port is mapped to another one, use --public-origin http://localhost:PORT)';
  return `on port ${port} of every address${issuer === localOrigin ? hint : ''}`;
}

/** Prints the secrets, because an app needs them in its configuration. They are valid only for this emulator. */
function describeEnvironment(
  {
    name,
    environmentId,
    issuer,
    apiUrl,
    secretKey,
    publishableKey,
    signInUrl,
    dashboardUrl,
    webhooks,
    webhookSecret,
  }: EmulatorEnvironment,
  named: boolean,
): string {
  return `${named ? `  ${name}\n` : ''}  issuer     ${issuer}
  REST API   ${apiUrl}
  sign-in    ${signInUrl}
  dashboard  ${dashboardUrl}
  webhooks   ${webhooks.length === 0 ? 'none (use --webhook URL to add one)' : webhooks.map(({ url }) => url).join('\n             ')}

    TORII_ISSUER=${issuer}
    TORII_ENVIRONMENT_ID=${environmentId}
    TORII_API_URL=${apiUrl}
    TORII_SECRET_KEY=${secretKey}
    TORII_PUBLISHABLE_KEY=${publishableKey}
    TORII_WEBHOOK_SECRET=${webhookSecret}`;
}

/** Commands to paste into another terminal, in this order. */
function describeControl(issuer: string): string {
  const control = `${issuer}${controlPath}`;
  const json = "-H 'content-type: application/json'";
  const withToken = '-H "authorization: Bearer $TOKEN"';
  return `  A first verified request, for another terminal:

    TOKEN=$(curl -s ${control}/tokens -H 'accept: text/plain' ${json} -d '{}')
    curl ${control}/whoami ${withToken}

  The same request to your app:

    curl http://localhost:3000/ ${withToken}

  Make it fail, or move the clock:

    curl ${control}/faults ${json} -d '{ "surface": "keys", "kind": "fail", "times": 1 }'
    curl ${control}/clock ${json} -d '{ "advanceSeconds": 3600 }'

  Undo both:

    curl -X DELETE ${control}/faults
    curl ${control}/clock/reset ${json} -d '{}'`;
}
