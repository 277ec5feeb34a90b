import type { Clock } from '../clock.ts';
import type { Environment } from '../environment.ts';
import type { Faults, FaultTarget } from '../faults/faults.ts';
import { faultPresets } from '../faults/presets.ts';
import { Problem } from '../http/problem.ts';

export interface Controls {
  readonly environment: Environment;
  readonly faults: Faults;
  readonly clock: Clock;
}

type Action = (controls: Controls, field: (name: string) => string) => unknown;

const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['ban', ({ environment }, field) => environment.users.ban(userOf(environment, field('user')))],
  ['unban', ({ environment }, field) => environment.users.unban(userOf(environment, field('user')))],
  ['revoke', ({ environment }, field) => environment.sessions.revoke(field('session'))],
  ['rotate', ({ environment }) => environment.keys.rotate()],
  ['withdraw', ({ environment }, field) => environment.keys.withdraw([field('kid')])],
  ['add-webhook', ({ environment }, field) => environment.webhooks.add({ url: field('url') })],
  ['remove-webhook', ({ environment }, field) => environment.webhooks.remove(field('webhook'))],
  ['enable-webhook', ({ environment }, field) => environment.webhooks.enable(field('webhook'))],
  ['redeliver', ({ environment }, field) => environment.webhooks.outbox.redeliver(field('event'))],
  ['advance', ({ clock }, field) => clock.advance(Number(field('amount')) * Number(field('unit')))],
  ['inject', ({ faults }, field) => inject(faults, field)],
  ['recover', ({ faults }, field) => faults.recover(field('surface') as FaultTarget)],
]);

export async function act(controls: Controls, form: URLSearchParams): Promise<void> {
  const action = actions.get(form.get('action') ?? '');
  if (action === undefined)
    throw new Problem(400, 'action_unknown', 'This action does not exist. Reload the dashboard.');
  await action(controls, (name) => form.get(name) ?? '');
}

function inject(faults: Faults, field: (name: string) => string): void {
  const preset = faultPresets.find(({ name }) => name === field('fault'));
  if (preset === undefined) throw new Problem(400, 'fault_unknown', 'This fault does not exist. Reload the dashboard.');
  const times = field('times');
  preset.inject(faults, field('surface') as FaultTarget, times === '' ? {} : { times: Number(times) });
}

function userOf({ users }: Environment, id: string): string {
  // The user may have been deleted since the page was loaded.
  if (users.standing(id) !== 'here') throw new Problem(404, 'user_not_found', 'This user no longer exists.');
  return id;
}
