//! Text that may hold anything → text of which a CI host takes no line for a command. Readable still: an underscore is put into the trigger.

use crate::Host;

/// Makes text harmless for the host's log: no line of it is taken for a command.
///
/// `::cmd::` counts at the start of a line, behind blanks too; `##[cmd]` anywhere in it (actions/runner: `ActionCommand.cs`). `##vso[`, which
/// Azure Pipelines takes anywhere, is treated in all logs alike, as logs are copied.
#[must_use]
pub fn neutralised(host: Host, text: &str) -> String {
    match host {
        // The runner ends a line at a carriage return, too.
        Host::GitHubActions => text.split_inclusive(['\n', '\r']).map(line).collect(),
        Host::Local => text.to_owned(),
    }
}

fn line(line: &str) -> String {
    let mut safe = String::with_capacity(line.len() + 1);
    let mut rest = line;
    if is_command(line) {
        let blanks = line.len() - line.trim_start_matches(|c: char| c.is_whitespace() || is_ignorable(c)).len();
        let (before, trigger) = line.split_at(blanks);
        safe.push_str(before);
        safe.push('_');
        rest = trigger;
    }
    while let Some((before, after)) = split_at_bracket_command(rest) {
        safe.push_str(before);
        safe.push('_');
        rest = after;
    }
    safe.push_str(rest);
    safe
}

/// `::name …::`, as the runner would read it.
fn is_command(line: &str) -> bool {
    let visible: String = line.chars().filter(|c| !is_ignorable(*c)).collect();
    visible.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"))
}

/// Splits behind the first `##` that is followed by `[` or `vso[`.
fn split_at_bracket_command(text: &str) -> Option<(&str, &str)> {
    text.match_indices('#').map(|(index, _)| index + 1).find_map(|behind_first| {
        let second = text.get(behind_first..)?;
        let behind_second = second.trim_start_matches(is_ignorable).strip_prefix('#')?;
        if !opens_bracket(behind_second) {
            return None;
        }
        Some(text.split_at(text.len() - behind_second.len()))
    })
}

fn opens_bracket(text: &str) -> bool {
    let mut visible = text.chars().filter(|c| !is_ignorable(*c)).take(4);
    match visible.next() {
        Some('[') => true,
        Some('v' | 'V') => visible.map(|c| c.to_ascii_lowercase()).eq(['s', 'o', '[']),
        _ => false,
    }
}

/// Characters that .NET's culture-aware search, which the runner uses, passes over: `#<soft hyphen>#[` is a trigger for it.
fn is_ignorable(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    invisible || (c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_taken_for_a_command() {
        let cases = [
            ("::set-output name=a::b\n", "_::set-output name=a::b\n"),
            ("  \t::stop-commands::x", "  \t_::stop-commands::x"),
            ("progress 1\r::add-mask::a", "progress 1\r_::add-mask::a"),
            ("\u{a0}::error::x", "\u{a0}_::error::x"),
            ("\u{feff}:\u{200b}:error::x", "\u{feff}_:\u{200b}:error::x"),
            ("text ##[error]x ##[group]y", "text ##_[error]x ##_[group]y"),
            ("###[error]", "###_[error]"),
            ("#\u{ad}#\u{200d}[error]", "#\u{ad}#_\u{200d}[error]"),
            ("a ##vso[task.setvariable variable=x]y", "a ##_vso[task.setvariable variable=x]y"),
            ("##VSO[task.complete]", "##_VSO[task.complete]"),
            ("::a::##[b]", "_::a::##_[b]"),
        ];
        for (text, safe) in cases {
            assert_eq!(neutralised(Host::GitHubActions, text), safe);
            assert_eq!(neutralised(Host::GitHubActions, safe), safe, "what is safe stays as it is");
        }
    }

    #[test]
    fn leaves_ordinary_text_alone() {
        for text in ["", "::1 is loopback\n", "a::b::c", "## [heading]", "##vsop", "# # [x]\r\n", "ünï ::x::"] {
            assert_eq!(neutralised(Host::GitHubActions, text), text);
        }
        assert_eq!(neutralised(Host::Local, "::error::x"), "::error::x");
    }
}
