import { styleText } from 'node:util';
import type { Emulator } from '@torii/emulator';
import { getBorderCharacters, table } from 'table';
import type { RunningServer } from './servers.ts';
import { grace, type Step } from './tour.ts';

export function countWrong(steps: readonly Step[]): number {
  return steps.flatMap(({ expected, answers }) => [...answers.values()].filter((answer) => answer !== expected)).length;
}

/** A row for each step and a column for each place. Colored if standard output is a terminal that supports colors. */
export function formatTable(steps: readonly Step[], places: readonly string[]): string {
  const rows = steps.map(({ sent, expected, answers }) => [
    sent,
    expected,
    ...places.map((place) => formatAnswer(answers.get(place), expected)),
  ]);
  return table([['step', 'expected', ...places], ...rows], {
    border: getBorderCharacters('norc'),
    drawHorizontalLine: (line, lines) => line < 2 || line === lines,
  });
}

/** Shows only the status if the response is the expected one, otherwise the whole response. */
function formatAnswer(answer: string | undefined, expected: string): string {
  if (answer === undefined) return '';
  if (answer !== expected) return styleText('red', `✗ ${answer}`);
  const [status = answer] = /^\d{3}\b/.exec(answer) ?? [];
  return styleText('green', `✓ ${status}`);
}

/** The URLs of all servers, and commands to try them. */
export function describeCall(emulator: Emulator, servers: readonly RunningServer[], page: RunningServer): string {
  const places = [
    { name: 'Torii', url: emulator.issuer },
    { name: 'dashboard', url: emulator.dashboardUrl },
    ...servers,
    page,
  ];
  const width = Math.max(...places.map(({ name }) => name.length));
  const credentials = JSON.stringify({ email: grace.email, password: grace.password });
  return [
    ...places.map(({ name, url }) => `  ${name.padEnd(width)}  ${url}`),
    '',
    'To call a server, sign in as a user who is not banned, and send the token:',
    '',
    `  TOKEN=$(curl -s ${emulator.loginUrl} -H 'content-type: application/json' \\`,
    `    -d '${credentials}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `  curl -i -H "Authorization: Bearer $TOKEN" ${servers[0]?.url}/me`,
  ].join('\n');
}
