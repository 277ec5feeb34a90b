import { Problem } from '../http/problem.ts';
import type { Metadata } from '../metadata/metadata.ts';

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
  /**
   * A bag of metadata. An empty field is an empty bag.
   *
   * @throws Problem `invalid_request`
   */
  bag(name: string): Metadata;
}

export function formFields(form: URLSearchParams): FormFields {
  const text = (name: string) => form.get(name) ?? '';
  const json = (name: string): unknown => {
    try {
      return JSON.parse(text(name));
    } catch {
      throw new Problem(400, 'invalid_request', `The field ${name} is not valid JSON.`);
    }
  };
  return { text, json, bag: (name) => (text(name).trim() === '' ? {} : (json(name) as Metadata)) };
}
