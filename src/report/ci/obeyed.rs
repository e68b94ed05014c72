//! How CI hosts read a log, retold from their behaviour (actions/runner: `ActionCommand.cs`; Azure Pipelines' agent: `Command.cs`; TeamCity's
//! service messages): which of its lines they would obey. For tests alone, of this crate, of the program and of the fuzz target.

use std::collections::BTreeMap;

/// A command as a host understands it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) data: String,
}

/// What the hosts would obey, whether or not they pass over what is not seen, or over colours.
pub(crate) fn obeyed(log: &str) -> Vec<Command> {
    let lines = log.split(['\n', '\r']);
    lines
        .filter_map(|line| {
            let seen = without_unseen(line);
            let pale = without_unseen(&without_colours(line));
            read(line).or_else(|| read(&seen)).or_else(|| read(&pale))
        })
        .collect()
}

/// A control character that a terminal would obey, or one that turns the direction of reading.
pub(crate) fn raw_character(text: &str) -> Option<char> {
    text.chars().find(|c| {
        let turns =
            matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        *c != '\n' && (c.is_control() || turns)
    })
}

/// The text without `ESC [ digits m`.
pub(crate) fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        match rest.strip_prefix('m') {
            Some(rest) => out.push_str(rest),
            None => {
                out.push_str("\u{1b}[");
                out.push_str(part);
            }
        }
    }
    out
}

fn read(line: &str) -> Option<Command> {
    current(line).or_else(|| bracketed(line))
}

/// `::name key=value,key=value::data`, behind blanks.
fn current(line: &str) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    Some(command(head, data, ',', |text| {
        text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    }))
}

/// `##[name key=value;key=value]data`, anywhere in a line; `##vso[` of Azure Pipelines and `##teamcity[` alike.
fn bracketed(line: &str) -> Option<Command> {
    let lower = line.to_ascii_lowercase();
    let at = ["##[", "##vso[", "##teamcity["].iter().filter_map(|mark| Some(lower.find(mark)? + mark.len())).min()?;
    let (head, data) = line.get(at..)?.split_once(']')?;
    Some(command(head, data, ';', |text| {
        text.replace("%3B", ";").replace("%0D", "\r").replace("%0A", "\n").replace("%5D", "]").replace("%AZP25", "%")
    }))
}

fn command(head: &str, data: &str, between: char, unescaped: impl Fn(&str) -> String) -> Command {
    let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
    let pairs = rest.split(between).filter_map(|pair| pair.split_once('='));
    let properties = pairs.map(|(key, value)| (key.to_owned(), unescaped(value))).collect();
    Command { name: name.to_owned(), properties, data: unescaped(data) }
}

/// What a culture-aware search passes over.
fn without_unseen(line: &str) -> String {
    let is_unseen = |c: char| {
        matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
            || (c.is_control() && !c.is_whitespace())
    };
    line.chars().filter(|c| !is_unseen(*c)).collect()
}
