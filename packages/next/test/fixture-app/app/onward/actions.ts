'use server';

import { askServices } from '../../services';
import { torii } from '../../torii';

export async function askAsAction(): Promise<string> {
  await torii.protect();
  return askServices(await torii.getToken());
}
