import { Problem } from '../http/problem.ts';

/** Reads the fields of a submitted form. */
export interface FormFields {
  /** A field as text. An empty string if it is missing. */
  text(name: string): string;
  /**
   * A field that contains JSON.
   *
   * @throws Problem `invalid_request`
   */
  json(name: string): unknown;
}

export function formFields(form: URLSearchParams): FormFields {
  const text = (name: string) => form.get(name) ?? '';
  return {
    text,
    json(name) {
      try {
        return JSON.parse(text(name));
      } catch {
        throw new Problem(400, 'invalid_request', `The field ${name} is not valid JSON.`);
      }
    },
  };
}
