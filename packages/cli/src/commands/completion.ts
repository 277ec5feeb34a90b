import addTab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import type { Context } from '../context.ts';

const help = `
Examples:
  $ torii completion fish | source
  $ eval "$(torii completion bash)"
  $ eval "$(torii completion zsh)"
  $ torii completion powershell |
      Out-String | Invoke-Expression

Put the line into ~/.bashrc, ~/.zshrc
(after compinit), config.fish or $PROFILE.
It runs \`torii\`, which must be on the
PATH.`;

// Not the script of @bomb.sh/tab: that one cannot be loaded twice, because it declares its constants as readonly. It also
// passes the words typed so far to `eval`, which runs the commands in them, and needs the package bash-completion, which is
// not installed on macOS and in small container images. This one runs on bash 3.2, the version of macOS.
const bashScript = `# bash completion for torii
__torii_complete() {
    local line word glue= current last prefix= words=()
    # Bash splits words at = and : (see COMP_WORDBREAKS). Join them again.
    for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ \${#words[@]} -gt 0 && ( -n $glue || $word == [=:]* ) ]]; then
            words[\${#words[@]}-1]+=$word
        else
            words+=("$word")
        fi
        glue=
        if [[ $word == *[=:] ]]; then glue=1; fi
    done
    current=\${words[\${#words[@]}-1]}
    last=\${COMP_WORDS[COMP_CWORD]}
    # Bash replaces only what follows the last = or :.
    if [[ $last == [=:] ]]; then prefix=$current; else prefix=\${current%"$last"}; fi
    COMPREPLY=()
    while IFS= read -r line; do
        line=\${line%%$'\\t'*}
        if [[ -z $line || $line == :* ]]; then continue; fi
        if [[ $line == "$current"* ]]; then
            COMPREPLY+=("\${line#"$prefix"}")
        elif [[ -n $prefix && $line == "\${current#"$prefix"}"* ]]; then
            COMPREPLY+=("$line")
        fi
    done < <(torii complete -- "\${words[@]}" 2> /dev/null)
}
# With -o default, bash completes file names if torii has no suggestions.
complete -o default -F __torii_complete torii
`;

/** `torii completion`. Must be added last: it only knows the commands that were added before it. */
export function addCompletion(program: Command, { output }: Context): void {
  const tab = addTab(program, { completionCommandName: 'completion' });
  // Let the shell complete file names too. @bomb.sh/tab forbids that by default; its directive 0 allows it.
  Object.defineProperty(tab, 'directive', { get: () => 0, set: () => {}, configurable: true });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('Write a completion script for your shell.')
    .addHelpText('after', help)
    .action(async (shell: string) => {
      if (shell === 'bash') await output.write(bashScript);
      else tab.setup('torii', 'torii', shell);
    });
}
