//! Flags of `completions` and `man`, and what they print.

use clap::{Args, ValueEnum};
use clap_complete::aot;

/// Below the flags of `completions`.
pub(super) const COMPLETIONS: &str = "\
Example: seatrial completions bash > /etc/bash_completion.d/seatrial";

/// Below the flags of `man`.
pub(super) const MAN: &str = "\
Example: seatrial man > seatrial.1; seatrial man run > seatrial-run.1";

/// Below the man page of the program.
pub(super) const EXIT_CODES: &str = "\
Exit codes: 0 passed, 1 failed, 2 wrong command line or configuration, 3 broken (Seatrial or the infrastructure failed).";

/// What stands at the foot of a page.
const SOURCE: &str = concat!("seatrial ", env!("CARGO_PKG_VERSION"));

/// Flags of `completions`.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell: bash, zsh, fish or powershell.
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    pub(crate) shell: Shell,
}

/// A shell that completes words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

/// Flags of `man`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ManArgs {
    /// Command whose page it is; the program's own by default.
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

/// What a shell has to read to complete our command line.
pub(crate) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    let mut definition = shown();
    let shell = match shell {
        Shell::Bash => aot::Shell::Bash,
        Shell::Zsh => aot::Shell::Zsh,
        Shell::Fish => aot::Shell::Fish,
        Shell::Powershell => aot::Shell::PowerShell,
    };
    aot::generate(shell, &mut definition, "seatrial", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The definition without the commands that are not for people.
fn shown() -> clap::Command {
    let whole = super::definition();
    let shown = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    clap::Command::new("seatrial").version(env!("CARGO_PKG_VERSION")).disable_help_subcommand(true).subcommands(shown)
}

/// The page of a command, in the language of `man`.
///
/// # Errors
/// A sentence where there is no such command.
pub(crate) fn man(path: &[String]) -> Result<String, String> {
    let mut definition = super::definition();
    definition.build();
    let mut command = &definition;
    for name in path {
        let found = command.find_subcommand(name).filter(|found| !found.is_hide_set());
        command = found.ok_or_else(|| format!("there is no command `{}`", path.join(" ")))?;
    }
    let names = ["seatrial"].into_iter().chain(path.iter().map(String::as_str));
    let name = names.collect::<Vec<_>>().join("-");
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command.clone()).title(name).source(SOURCE).render(&mut page);
    rendered.map_err(|error| format!("the page cannot be made: {error}"))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command with its flags that are not hidden, by the words of its path.
    fn all(command: &clap::Command, path: &[String], found: &mut Vec<(Vec<String>, Vec<String>)>) {
        let flags = command.get_arguments().filter(|argument| !argument.is_hide_set());
        found.push((path.to_vec(), flags.filter_map(|flag| flag.get_long().map(str::to_owned)).collect()));
        for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
            let path: Vec<String> = path.iter().cloned().chain([below.get_name().to_owned()]).collect();
            all(below, &path, found);
        }
    }

    fn commands() -> Vec<(Vec<String>, Vec<String>)> {
        let mut definition = super::super::definition();
        definition.build();
        let mut found = Vec::new();
        all(&definition, &[], &mut found);
        assert!(found.len() > 12 && found.iter().map(|(_, flags)| flags.len()).sum::<usize>() > 100);
        found
    }

    #[test]
    fn every_shell_completes_every_command_and_flag() {
        for shell in Shell::value_variants() {
            let script = completions(*shell);
            for (path, flags) in commands() {
                assert!(path.iter().all(|word| script.contains(word.as_str())), "{shell:?}: {path:?}");
                let missing = flags.iter().find(|flag| match shell {
                    Shell::Fish => !script.contains(&format!("-l {flag}")),
                    Shell::Bash | Shell::Zsh | Shell::Powershell => !script.contains(&format!("--{flag}")),
                });
                assert_eq!(missing, None, "{shell:?}: {path:?}");
            }
            assert!(!script.contains("collect"), "{shell:?} completes what is not for people");
        }
    }

    #[test]
    fn every_command_has_a_page_with_all_its_flags() {
        for (path, flags) in commands() {
            let page = man(&path).expect("a page");
            let name = ["seatrial"].into_iter().chain(path.iter().map(String::as_str)).collect::<Vec<_>>().join("-");
            assert!(page.contains(&format!(".TH {name} 1")), "{page}");
            // A hyphen that is a minus is escaped.
            let plain = page.replace("\\-", "-");
            let missing = flags.iter().find(|flag| !plain.contains(&format!("--{flag}")));
            assert_eq!(missing, None, "{path:?}: {page}");
        }
        assert!(man(&["collect".to_owned()]).is_err() && man(&["nothing".to_owned()]).is_err());
    }
}
