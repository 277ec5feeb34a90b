'use server';

import { revalidatePath } from 'next/cache';
import { addNote } from '../../../notes';
import { torii } from '../../../torii';

export async function add(form: FormData): Promise<void> {
  const { userId } = await torii.protect({ returnTo: '/notes' });
  const note = form.get('note');
  if (typeof note === 'string' && note.trim() !== '') addNote(userId, note.trim().slice(0, 100));
  revalidatePath('/notes');
}
