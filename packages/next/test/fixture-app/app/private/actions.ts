'use server';

import { torii } from '../../torii';
import { secret, visit } from '../../visit';

export async function act(): Promise<string> {
  const { userId } = await torii.protect();
  visit(`action ${userId}`);
  return secret;
}

export async function actAlone(): Promise<string> {
  const auth = await torii.auth();
  if (auth === null) return 'nobody';
  visit(`action ${auth.userId}`);
  return secret;
}
