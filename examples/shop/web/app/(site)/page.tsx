import Link from 'next/link';

export default function Home() {
  return (
    <>
      <h1>Furniture for your office</h1>
      <p className="lead">Everyone can read this page. To order, you sign in with Torii.</p>
      <section>
        <Link href="/orders" className="button" prefetch={false}>
          Your orders
        </Link>
      </section>
    </>
  );
}
