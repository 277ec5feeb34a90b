import { connection } from 'next/server';
import { visit } from '../../visit';

export async function GET(): Promise<Response> {
  await connection();
  visit('public');
  return Response.json({ handler: 'public', userId: null });
}
