import { KeptForm } from '@torii/next/client';
import { listNotes } from '../../../notes';
import { CallApi, Organizations } from '../../../session';
import { torii } from '../../../torii';
import { add } from './actions';

export default async function Notes() {
  const { userId, organization } = await torii.protect({ returnTo: '/notes' });
  const notes = listNotes(userId);
  return (
    <>
      <h1>Your notes</h1>
      <p className="lead">Rendered on the server for {userId}.</p>
      <section>
        <h2>A server action</h2>
        {/* Keeps the text if the session is over by the time the form is sent. */}
        <KeptForm userId={userId} action={add}>
          <input name="note" aria-label="Note" placeholder="Buy milk" required maxLength={100} />
          <button type="submit">Add</button>
        </KeptForm>
        {notes.length > 0 && (
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <h2>{organization === null ? 'You work for no organization.' : `Your role is ${organization.role}.`}</h2>
        <Organizations activeId={organization?.id ?? null} />
      </section>
      <section>
        <h2>An API route</h2>
        <CallApi />
      </section>
    </>
  );
}
