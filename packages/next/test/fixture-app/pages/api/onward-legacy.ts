import type { NextApiRequest, NextApiResponse } from 'next';
import { askServices } from '../../services';
import { torii } from '../../torii';

export default async function handler(request: NextApiRequest, res: NextApiResponse): Promise<void> {
  res.json(JSON.parse(await askServices(await torii.getToken({ request }))));
}
