import type { NextApiRequest, NextApiResponse } from 'next';
import { torii } from '../../torii';

export default async function handler(req: NextApiRequest, res: NextApiResponse) {
  const { auth, denial } = await torii.fromRequest(req);
  if (denial) return res.setHeaders(new Headers(denial.headers)).status(denial.status).json(denial.body);
  res.setHeader('Cache-Control', 'private, no-store').json({ userId: auth.userId });
}
