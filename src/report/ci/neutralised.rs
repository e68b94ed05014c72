//! Text that may hold anything → text of which no CI takes a line for a command, and no terminal a character for one. Readable still: what is not
//! seen is shown as an escape, and an underscore is put into a trigger.
//!
//! A log is copied from CI to CI, and not every CI is known to us: what any of them obeys is neutralised for all. GitHub Actions obeys
//! `::cmd::` at the start of a line, behind blanks too, and `##[cmd]` anywhere in it (actions/runner: `ActionCommand.cs`); Azure Pipelines `##vso[`
//! anywhere; TeamCity `##teamcity[`. GitLab's sections begin with an escape sequence, and so do the console notes of Jenkins (`ESC [8mha:`).

use std::borrow::Cow;
use std::fmt::Write as _;

use seatrial_model::{is_unseen, shown_in_lines};

/// Makes text harmless. Its line ends are kept, every other control character is shown as an escape.
#[must_use]
pub fn neutralised(text: &str) -> String {
    without_commands(&shown_in_lines(text))
}

/// The same for text whose colours are ours: escape sequences that do no more than colour (`ESC [ 1;31 m`) are kept. Whoever painted it has shown
/// the escape characters of others as escapes before.
#[must_use]
pub fn neutralised_painted(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, colour, after)) = split_at_colour(rest) {
        shown.push_str(&shown_in_lines(before));
        shown.push_str(colour);
        rest = after;
    }
    shown.push_str(&shown_in_lines(rest));
    without_commands(&shown)
}

/// JSON as serde prints it, indented, with the same values: `#` and what is not seen are written as `\u…`. No line of it can begin with `::`, as
/// its lines begin with a bracket, a quotation mark, a digit or a word of JSON.
#[must_use]
pub fn neutralised_json(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '#' || (c != '\n' && is_unseen(c)) {
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Whether a host would obey a line of a text.
#[must_use]
pub fn holds_commands(text: &str) -> bool {
    // Most texts are told at a glance, without a look at their lines.
    let may_hold = text.contains("::") || text.contains('#');
    let is_simple = text.is_ascii() && !text.bytes().any(|b| b != b'\n' && b.is_ascii_control());
    (may_hold || !is_simple) && text.split_inclusive('\n').any(|line| matches!(without_command(line), Cow::Owned(_)))
}

/// Whether a part of a text could be obeyed, or be the beginning of what is, wherever it is broken into lines.
#[must_use]
pub fn begins_command(text: &str) -> bool {
    let visible = visible(text);
    let follows_blank =
        |at: usize| at.checked_sub(1).is_none_or(|before| visible.get(before).is_none_or(|(_, c)| c.is_whitespace()));
    let mut pairs = visible.windows(2).enumerate();
    let begins = pairs.any(|(at, pair)| matches!(pair, [(_, ':'), (_, ':')]) && follows_blank(at));
    begins || !brackets(&visible).is_empty()
}

/// `#` and brackets of a piece of text within a line, so that it may stand behind one of our own commands.
pub(crate) fn without_brackets(text: &str) -> String {
    let visible = visible(text);
    with_underscores(text, brackets(&visible))
}

fn without_commands(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        safe.push_str(&without_command(line));
    }
    safe
}

fn without_command(line: &str) -> Cow<'_, str> {
    if !line.contains("::") && !line.contains('#') && !line.contains(is_passed_over) {
        return Cow::Borrowed(line);
    }
    // A search may pass over the escape character of a colour alone, or a reader over all of it.
    let mut places: Vec<usize> = [visible(line), visible_beside_colours(line)]
        .iter()
        .flat_map(|visible| start_of_command(visible).into_iter().chain(brackets(visible)))
        .collect();
    places.sort_unstable();
    places.dedup();
    if places.is_empty() { Cow::Borrowed(line) } else { Cow::Owned(with_underscores(line, places)) }
}

fn with_underscores(text: &str, places: impl IntoIterator<Item = usize>) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let mut done = 0;
    for place in places {
        safe.push_str(text.get(done..place).unwrap_or_default());
        safe.push('_');
        done = place;
    }
    safe.push_str(text.get(done..).unwrap_or_default());
    safe
}

/// Where the first colon of a `::name …::` stands, as the runner would read it.
fn start_of_command(visible: &[(usize, char)]) -> Option<usize> {
    let blanks = visible.iter().take_while(|(_, c)| c.is_whitespace()).count();
    let [(place, ':'), (_, ':'), rest @ ..] = visible.get(blanks..)? else { return None };
    rest.windows(2).any(|pair| matches!(pair, [(_, ':'), (_, ':')])).then_some(*place)
}

/// The places behind each `##` that is followed by `[`, `vso[`, `teamcity[` or another word and a bracket.
fn brackets(visible: &[(usize, char)]) -> Vec<usize> {
    let mut places = Vec::new();
    for (index, pair) in visible.windows(2).enumerate() {
        if !matches!(pair, [(_, '#'), (_, '#')]) {
            continue;
        }
        let behind = visible.get(index + 2..).unwrap_or_default();
        let word = behind.iter().take_while(|(_, c)| c.is_ascii_alphabetic()).count();
        if matches!(behind.get(word), Some((_, '['))) {
            places.extend(pair.last().map(|(second, _)| second + 1));
        }
    }
    places
}

/// The characters that count, with where they stand.
fn visible(text: &str) -> Vec<(usize, char)> {
    text.char_indices().filter(|(_, c)| !is_passed_over(*c)).collect()
}

/// The same without the sequences that set colours.
fn visible_beside_colours(text: &str) -> Vec<(usize, char)> {
    let mut visible = Vec::new();
    let mut at = 0;
    while let Some((before, _, after)) = split_at_colour(text.get(at..).unwrap_or_default()) {
        visible.extend(before.char_indices().map(|(index, c)| (at + index, c)));
        at = text.len() - after.len();
    }
    visible.extend(text.get(at..).unwrap_or_default().char_indices().map(|(index, c)| (at + index, c)));
    visible.retain(|(_, c)| !is_passed_over(*c));
    visible
}

/// Splits around the first sequence that sets colours. One that hides text is none: Jenkins' console notes begin with it.
fn split_at_colour(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices("\u{1b}[").find_map(|(start, mark)| {
        let parameters = text.get(start + mark.len()..)?;
        let length = parameters.bytes().take_while(|b| b.is_ascii_digit() || *b == b';').count();
        let end = start + mark.len() + length;
        if parameters.get(..length)?.split(';').any(|parameter| parameter.trim_start_matches('0') == "8") {
            return None;
        }
        let after = text.get(end..)?.strip_prefix('m')?;
        Some((text.get(..start)?, text.get(start..=end)?, after))
    })
}

/// Characters that .NET's culture-aware search, which the runner uses, passes over: `#<soft hyphen>#[` is a trigger for it.
fn is_passed_over(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
        || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    invisible || (c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_taken_for_a_command() {
        let cases = [
            ("::set-output name=a::b\n", "_::set-output name=a::b\n"),
            ("  ::stop-commands::x", "  _::stop-commands::x"),
            ("\t::stop-commands::x", "\\t::stop-commands::x"),
            ("progress 1\r::add-mask::a", "progress 1\\r::add-mask::a"),
            ("\u{a0}::error::x", "\u{a0}_::error::x"),
            ("\u{feff}:\u{200b}:error::x", "\u{feff}_:\u{200b}:error::x"),
            ("::error:\u{200b}:x", "_::error:\u{200b}:x"),
            ("text ##[error]x ##[group]y", "text ##_[error]x ##_[group]y"),
            ("###[error]", "###_[error]"),
            ("#\u{ad}#\u{200d}[error]", "#\u{ad}#_\u{200d}[error]"),
            ("#\u{e0001}#[error]", "#\u{e0001}#_[error]"),
            ("a ##vso[task.setvariable variable=x]y", "a ##_vso[task.setvariable variable=x]y"),
            ("##VSO[task.complete]", "##_VSO[task.complete]"),
            ("##teamcity[buildStop]", "##_teamcity[buildStop]"),
            ("::a::##[b]", "_::a::##_[b]"),
            ("section_start:1:x\r\u{1b}[0Kx", "section_start:1:x\\r\\u{1b}[0Kx"),
        ];
        for (text, safe) in cases {
            assert_eq!(neutralised(text), safe);
            assert_eq!(neutralised(safe), safe, "what is safe stays as it is");
        }
    }

    #[test]
    fn leaves_ordinary_text_alone() {
        for text in
            ["", "::1 is loopback\n", "a::b::c", "## [heading]", "##vsop", "# # [x]\n", "ünï ::x::", "a#b", "⚓️ x"]
        {
            assert_eq!(neutralised(text), text);
            assert_eq!(neutralised_painted(text), text);
        }
    }

    #[test]
    fn a_part_of_a_text_begins_a_command_wherever_a_line_may_begin() {
        for text in
            ["::a::b", "x ::a", "x\n::a::b", "\u{feff}:\u{200b}:a::", "a##[b]", "a ##vso[c]", "#\u{ad}#[x]", "::1"]
        {
            assert!(begins_command(text), "{text:?}");
        }
        for text in ["", ":", "a::b::c", "arn:aws:s3:::bucket", "a:5000/b:1#x", "## [x]", "#", "ünï"] {
            assert!(!begins_command(text), "{text:?}");
        }
        assert!(holds_commands("ü\n:\u{200b}:b::c") && holds_commands("a\n:\u{1}:b:\u{1}:c"));
        assert!(holds_commands("a\n  ::b::c\n") && !holds_commands("a\nx ::b::c\n::1\n"));
    }

    #[test]
    fn colours_of_ours_are_kept_and_nothing_hides_behind_them() {
        let cases = [
            ("\u{1b}[1;31merror\u{1b}[0m: x\n", "\u{1b}[1;31merror\u{1b}[0m: x\n"),
            ("\u{1b}[2J\u{1b}[m\u{1b}]0;title\u{7}", "\\u{1b}[2J\u{1b}[m\\u{1b}]0;title\\u{7}"),
            ("\u{1b}[1m::\u{1b}[0merror::x", "\u{1b}[1m_::\u{1b}[0merror::x"),
            ("#\u{1b}[0m#\u{1b}[1m[error]", "#\u{1b}[0m#_\u{1b}[1m[error]"),
            // The first bracket is read by a search that passes over the escape character.
            ("##\u{1b}[1mR]", "##_\u{1b}[1mR]"),
            ("\u{1b}[1\u{202e}m", "\\u{1b}[1\\u{202e}m"),
            ("\u{1b}[8mha:AAAA\u{1b}[0m", "\\u{1b}[8mha:AAAA\u{1b}[0m"),
            ("\u{1b}[1;08mha:", "\\u{1b}[1;08mha:"),
        ];
        for (text, safe) in cases {
            assert_eq!(neutralised_painted(text), safe);
            assert_eq!(neutralised_painted(safe), safe, "what is safe stays as it is");
        }
    }

    #[test]
    fn json_keeps_its_values() {
        let value =
            serde_json::json!({ "##[error]\u{202e}": ["::x::\n\u{1b}[31m\u{7f}\u{9b}", "ünï 名前 🚢", 1.5, null] });
        let safe = neutralised_json(&format!("{value:#}\n"));
        assert_eq!(
            safe,
            "{\n  \"\\u0023\\u0023[error]\\u202e\": [\n    \"::x::\\n\\u001b[31m\\u007f\\u009b\",\n    \"ünï 名前 🚢\",\n    1.5,\n    null\n  ]\n}\n"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).expect("JSON"), value);
    }
}
