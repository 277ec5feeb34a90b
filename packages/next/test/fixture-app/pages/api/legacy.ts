import type { NextApiRequest, NextApiResponse } from 'next';
import { torii } from '../../torii';
import { visit } from '../../visit';

export default async function handler(req: NextApiRequest, res: NextApiResponse): Promise<void> {
  const { auth, denial } = await torii.fromRequest(req);
  if (denial) {
    res.setHeaders(new Headers(denial.headers)).status(denial.status).json(denial.body);
    return;
  }
  visit('legacy api');
  res.json({ userId: auth.userId });
}
