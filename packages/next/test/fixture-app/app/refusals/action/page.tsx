import { act } from './actions';

export default function Page() {
  return (
    <form action={act}>
      <input name="check" aria-label="Check" />
      <button type="submit">Act</button>
    </form>
  );
}
