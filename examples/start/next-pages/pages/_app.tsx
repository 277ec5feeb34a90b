import type { AppProps } from 'next/app';
import { Session } from '../session';

export default function App({ Component, pageProps }: AppProps) {
  return (
    <Session>
      <Component {...pageProps} />
    </Session>
  );
}
