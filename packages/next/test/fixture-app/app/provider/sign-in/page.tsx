import { SignIn } from '../../../session';
import { SignInForm } from '../screen';

export default function Page() {
  return (
    <SignIn>
      <SignInForm />
    </SignIn>
  );
}
