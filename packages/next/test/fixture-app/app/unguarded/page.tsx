// Relies on the proxy alone, as no page should: it is rendered while the app is built.
export default function Unguarded() {
  return <p>static-bytes</p>;
}
