import { printable } from '../../output/printable.ts';
import { runProgram, runScript } from './package-manifest.ts';
import type { Project } from './plan.ts';
import type { WholePlan } from './whole-plan.ts';

const maxRoutes = 8;

/** What is protected, what is not, and how to go on. */
export function describeResult({ packageManager }: Project, plan: WholePlan): readonly string[] {
  const { guarded, unguarded, otherRoutes = ['Other routes are as before.'], usage, devScript, testScript } = plan;
  const more = unguarded.length - maxRoutes;
  const routes = unguarded.slice(0, maxRoutes).map((route) => `  ${printable(route)}`);
  const mint = runProgram(
    packageManager,
    ['torii token mint --email ada@example.com', ...plan.settingsOptions].join(' '),
  );
  return [
    '',
    ...guarded.map((route) => `${printable(route)} needs a token now. Without a valid one, the response is 401.`),
    ...(routes.length === 0 ? [] : ['These routes are not protected by torii init:']),
    ...routes,
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...otherRoutes.map(printable),
    'To protect a route:',
    `  ${usage}`,
    '',
    ...(devScript === undefined ? [] : [`Start the app with a local Torii: ${runScript(packageManager, devScript)}`]),
    `Get a token from it:              ${mint}`,
    `Run the test:                     ${runScript(packageManager, testScript)}`,
  ];
}

/** A warning if this version of Node is too old for the emulator. */
export function noteOnNode(version: string): readonly string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return [];
  return [`The test and the local Torii need Node 22.13 or newer, but this is Node ${version}.`];
}

export function describeSteps({ manualSteps }: WholePlan): readonly string[] {
  if (manualSteps.length === 0) return [];
  const steps = manualSteps.flatMap(({ path, what, code }) => [
    '',
    `In ${printable(path)}: ${what}`,
    '',
    ...code.split('\n').map((line) => `    ${printable(line)}`.trimEnd()),
  ]);
  return ['', 'Left to do by hand, because it could not be changed safely:', ...steps];
}
