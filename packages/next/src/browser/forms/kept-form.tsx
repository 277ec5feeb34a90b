import { type ComponentPropsWithoutRef, type ReactElement, useEffect, useRef, useState } from 'react';
import { returnParameter } from '../../paths.ts';
import { isLeaving } from '../tab/page-load.ts';
import { changes, tabStorage } from '../tab/tab.ts';
import { watchFields } from './form-fields.ts';
import { keepForm, takeForm } from './kept-forms.ts';

export interface KeptFormProps extends ComponentPropsWithoutRef<'form'> {
  /** The id of the user that the server rendered the page for. The text is restored for this user only. */
  readonly userId: string;
  /** Tells the forms of a page apart. */
  readonly name?: string | undefined;
}

/**
 * A `<form>` that does not lose its text if the session is over: if the action fails, or if the user has to sign in again,
 * the fields are restored when the form is shown again. The text is kept in `sessionStorage`, for this tab and this user,
 * for an hour, up to 100,000 characters. `endSession` deletes it.
 *
 * Never kept: passwords, files, hidden fields, fields outside of the `<form>` element, and fields with `autocomplete` of
 * `off`, `one-time-code` or `cc-…`.
 *
 * @example
 * <KeptForm userId={userId} action={addNote}><textarea name="note" /></KeptForm>
 */
export function KeptForm({ userId, action, ...props }: KeptFormProps): ReactElement {
  const form = useRef<HTMLFormElement>(null);
  const submission = useRef<Submission | undefined>(undefined);
  // Until React is ready, and without JavaScript, browsers need the action itself.
  const [isReady, setReady] = useState(false);
  const { name = '' } = props;
  useEffect(() => {
    setReady(true);
    const element = form.current;
    if (element === null) return;
    const path = location.pathname;
    const identity = { form: `${path} ${name}`, userId };
    const fields = watchFields(element);
    fields.restore(takeForm(tabStorage, identity, Date.now()));
    let sent = '';
    let isRefused = false;
    const keep = (refused: boolean) => {
      isRefused ||= refused;
      // After a sign-out, here or in another tab, keep nothing.
      if (isLeaving() || changes.happened()) return;
      const values = fields.changed();
      const isSent = JSON.stringify(values) === sent;
      keepForm(tabStorage, identity, isSent ? [] : values, { nowMs: Date.now(), refused: isRefused });
    };
    const current: Submission = {
      hasUnknownEnd: false,
      keep,
      end() {
        sent = JSON.stringify(fields.changed());
        keep(false);
      },
    };
    submission.current = current;
    const onSubmit = () => {
      sent = '';
      isRefused = false;
      keep(false);
    };
    // React resets a form when its action has ended without an error.
    const onReset = () => {
      current.hasUnknownEnd = false;
      keepForm(tabStorage, identity, [], { nowMs: Date.now() });
    };
    const onInput = () => {
      sent = '';
    };
    const onPageHide = () => keep(false);
    element.addEventListener('submit', onSubmit);
    element.addEventListener('reset', onReset);
    element.addEventListener('input', onInput);
    addEventListener('pagehide', onPageHide);
    return () => {
      // An error of an action replaces the form by the nearest `error.tsx`, on the same page.
      keep(current.hasUnknownEnd && location.pathname === path);
      fields.stop();
      element.removeEventListener('submit', onSubmit);
      element.removeEventListener('reset', onReset);
      element.removeEventListener('input', onInput);
      removeEventListener('pagehide', onPageHide);
    };
  }, [name, userId]);
  const run =
    typeof action === 'function' ? (data: FormData) => watchAction(() => action(data), submission.current) : action;
  // For another user, React creates the fields anew. It would otherwise keep what the first user typed.
  return <form {...props} key={userId} ref={form} action={isReady ? run : action} />;
}

interface Submission {
  /** Whether it is unknown if the action failed, as with `useActionState`. */
  hasUnknownEnd: boolean;
  keep(refused: boolean): void;
  end(): void;
}

async function watchAction(action: () => unknown, submission: Submission | undefined): Promise<void> {
  try {
    const result = action();
    if (!(typeof result === 'object' && result !== null && 'then' in result)) {
      if (submission) submission.hasUnknownEnd = true;
      return;
    }
    await result;
    submission?.end();
  } catch (error) {
    const redirect = redirectOf(error);
    if (redirect === undefined) submission?.keep(true);
    else if (!redirect.includes(`${returnParameter}=`)) submission?.end();
    throw error;
  }
}

/** The URL of a redirect of Next, which it throws as an error. */
function redirectOf(error: unknown): string | undefined {
  const digest: unknown = Reflect.get(Object(error), 'digest');
  return typeof digest === 'string' && digest.startsWith('NEXT_REDIRECT;') ? digest : undefined;
}
