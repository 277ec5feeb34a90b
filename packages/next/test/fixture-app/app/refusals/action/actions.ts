'use server';

import { torii } from '../../../torii';
import { visit } from '../../../visit';
import { checkOf } from '../checks';

/** @param given the form, or the name of a check if a script calls the action */
export async function act(given: FormData | string): Promise<void> {
  const check = typeof given === 'string' ? given : String(given.get('check'));
  await torii.protect({ returnTo: '/refusals/action' }, checkOf(check));
  visit('action');
}
