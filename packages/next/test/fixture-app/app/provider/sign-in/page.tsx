import { SignIn } from '../../../provider-session';
import { SignInForm } from '../screen';

export default function Page() {
  return (
    <SignIn>
      <SignInForm />
    </SignIn>
  );
}
