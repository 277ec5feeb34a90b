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

It asks \`torii\` itself, which must be on
the PATH.`;

// What the script for bash expects of the package bash-completion, which macOS and small images do not have.
const bashFallback = `declare -F _get_comp_words_by_ref > /dev/null || _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
    cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
}
`;

// What is not known is a file: `default` lets bash offer them.
const bashEnding = 'complete -o default -F __torii_complete torii\n';

/** `torii completion`: a script for the shell. Last of all: it knows the commands that are there by then. */
export function addCompletion(program: Command, { output }: Context): void {
  const tab = addTab(program, { completionCommandName: 'completion' });
  // By itself it would never let the shell offer files.
  Object.defineProperty(tab, 'directive', { get: () => 0, set: () => {}, configurable: true });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('Write the script that lets the shell complete commands and options.')
    .addHelpText('after', help)
    .hook('preAction', async ({ args: [shell] }) => {
      if (shell === 'bash') await output.write(bashFallback);
    })
    .hook('postAction', async ({ args: [shell] }) => {
      if (shell === 'bash') await output.write(bashEnding);
    });
}
