// Not recommended: this static page has no guard except the proxy.
export default function Unguarded() {
  return <p>static-bytes</p>;
}
