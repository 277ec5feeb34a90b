import type { ControlSubject } from '../control/operation.ts';
import { sectionsPath } from '../control/paths.ts';
import { linkFrom } from '../pages/page.ts';

/** An action that was refused: the page shows the message, and the form as it was filled in. */
export interface Refusal {
  readonly action: string;
  readonly message: string;
  readonly form: URLSearchParams;
}

/** One request for a page of the dashboard. */
export class View {
  readonly subject: ControlSubject;
  readonly path: string;
  readonly refusal: Refusal | undefined;
  readonly #query: URLSearchParams;

  constructor(subject: ControlSubject, url: URL, refusal?: Refusal) {
    this.subject = subject;
    this.path = url.pathname;
    this.refusal = refusal;
    this.#query = url.searchParams;
  }

  /** A parameter of the query. An empty string if it is missing. */
  query(name: string): string {
    return this.#query.get(name) ?? '';
  }

  /** A relative link to a page below the dashboard, such as `users/ID`. */
  link(page: string): string {
    return this.linkTo(sectionsPath + page);
  }

  /** A relative link to a path of the issuer. */
  linkTo(path: string): string {
    return linkFrom(this.path, path);
  }

  /** The value of a field: what the person wrote if the form was refused. */
  value(action: string, field: string, otherwise = ''): string {
    const { refusal } = this;
    return refusal?.action === action ? (refusal.form.get(field) ?? '') : otherwise;
  }
}
