/** An answer with what came around it. */
export interface Answer<T> {
  readonly data: T;
  readonly status: number;
  readonly headers: Headers;
  readonly method: string;
  readonly path: string;
  /** How many requests were sent. */
  readonly attempts: number;
}

/** A call on its way. `await` gives what the API answered; `withResponse()` gives status, headers and attempts with it. */
export interface Call<T> extends Promise<T> {
  /** The answer with its status, its headers, and how many requests it took. */
  withResponse(): Promise<Answer<T>>;
}

export function callFor<T>(answer: Promise<Answer<T>>): Call<T> {
  const data = answer.then((whole) => whole.data);
  return Object.assign(data, {
    withResponse: () => {
      // Whoever takes the answer gets its failure there. Here nobody would look at it, which ends a process.
      data.catch(() => {});
      return answer;
    },
  });
}
