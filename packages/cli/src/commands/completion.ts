import addTab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import type { Context } from '../context.ts';

const help = `
Examples:
  $ torii completion bash >> ~/.bashrc
  $ torii completion zsh > ~/.zfunc/_torii
  $ torii completion fish > \\
      ~/.config/fish/completions/torii.fish
  $ torii completion powershell >> $PROFILE

The script runs \`torii\`, which must be on
the PATH.`;

// Defines _get_comp_words_by_ref if it is missing. The generated bash script calls that function of the package
// bash-completion, which is not installed on macOS and in small container images.
const bashFallback = `declare -F _get_comp_words_by_ref > /dev/null || _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
}
`;

// `-o default` lets bash complete file names if torii has no suggestions.
const bashEnding = 'complete -o default -F __torii_complete torii\n';

/** `torii completion`. Must be added last: it only knows the commands that were added before it. */
export function addCompletion(program: Command, { output }: Context): void {
  const tab = addTab(program, { completionCommandName: 'completion' });
  // Let the shell complete file names too. @bomb.sh/tab forbids that by default; its directive 0 allows it.
  Object.defineProperty(tab, 'directive', { get: () => 0, set: () => {}, configurable: true });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('Write a completion script for your shell.')
    .addHelpText('after', help)
    .hook('preAction', async ({ args: [shell] }) => {
      if (shell === 'bash') await output.write(bashFallback);
    })
    .hook('postAction', async ({ args: [shell] }) => {
      if (shell === 'bash') await output.write(bashEnding);
    });
}
