//! Text from anywhere → Markdown and HTML that show just that text: no link, image, mention, reference, emoji, table row or tag comes out of it.
//!
//! Source: GitHub Flavored Markdown Spec, and the filters that GitHub runs after it (mentions, references, emoji, math).

use crate::address::clickable;
use crate::names::{Piece, pieces};
use crate::plain::{lines, one_line};

/// Invisible; keeps what stands on both sides from being read as one.
const GAP: &str = "&#8203;";

/// What may stand before and behind a word that is none of it.
const OPENING: [char; 4] = ['(', '[', '"', '\''];
const CLOSING: [char; 8] = [')', ']', '"', '\'', '.', ',', ';', ':'];

/// Where a piece of Markdown stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a paragraph, a heading or a list item.
    Line,
    /// In a cell of a table, where a bar would end the cell even in code.
    Cell,
}

/// A sentence with names in backticks: these become code, all the rest is shown as it is.
pub(crate) fn prose(text: &str, place: Place) -> String {
    let text = one_line(text);
    let mut out = String::new();
    for piece in pieces(text.trim()) {
        match piece {
            Piece::Name("") => out.push_str("\\`\\`"),
            Piece::Name(name) => push_code(&mut out, name, place),
            Piece::Backtick => out.push_str("\\`"),
            Piece::Words(words) => {
                for (nth, word) in words.split(' ').enumerate() {
                    if nth > 0 {
                        out.push(' ');
                    }
                    push_word(&mut out, word, place);
                }
            }
        }
    }
    out
}

/// Text as code.
pub(crate) fn code(text: &str, place: Place) -> String {
    let text = one_line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let blank = text.trim().is_empty();
    let touches = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if touches && !blank { " " } else { "" };
    let text = match place {
        Place::Line => text,
        Place::Cell => text.replace('|', "\\|"),
    };
    if text.is_empty() { String::new() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// A block of text as it is; `language` is ours.
pub(crate) fn fenced(text: &[String], language: &str) -> String {
    let longest = text.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}", text.join("\n"))
}

/// The lines of a text, safe for [`fenced`].
pub(crate) fn block_lines(text: &str) -> Vec<String> {
    lines(text)
}

/// Text inside a tag, where Markdown does not count.
pub(crate) fn html(text: &str) -> String {
    let words: Vec<String> = one_line(text).split(' ').map(html_word).collect();
    words.join(" ")
}

/// A link, or only its label where the address is none that may be clicked.
pub(crate) fn link(label: &str, address: &str) -> String {
    match clickable(address) {
        Some(address) => format!("[{label}]({})", address.replace('&', "&amp;")),
        None => label.to_owned(),
    }
}

fn push_code(out: &mut String, text: &str, place: Place) {
    // Two spans that touch would be read as one with a longer fence.
    if out.ends_with('`') {
        out.push_str(GAP);
    }
    out.push_str(&code(text, place));
}

fn push_word(out: &mut String, word: &str, place: Place) {
    if is_read_as_more(word) {
        // Punctuation around an address belongs to the sentence.
        let inner = word.trim_start_matches(OPENING);
        let core = if inner.contains(OPENING) { inner } else { inner.trim_end_matches(CLOSING) };
        let before = word.len() - inner.len();
        push_text(out, word.get(..before).unwrap_or_default());
        push_code(out, core, place);
        push_text(out, inner.get(core.len()..).unwrap_or_default());
        return;
    }
    push_text(out, word);
}

/// Characters as they are.
fn push_text(out: &mut String, word: &str) {
    let mut rest = word.chars().peekable();
    while let Some(c) = rest.next() {
        let starts_block = out.is_empty() && matches!(c, '-' | '+' | '=');
        let numbers_item = c == '.' && !out.is_empty() && out.bytes().all(|b| b.is_ascii_digit());
        if starts_block || numbers_item || r"\`*_~[]()!<>&|#@".contains(c) {
            // A mention is found after the escapes are gone; only a gap keeps it away.
            if c != '@' {
                out.push('\\');
            }
        }
        out.push(c);
        if is_trigger(c, rest.peek().copied().unwrap_or(' ')) {
            out.push_str(GAP);
        }
    }
}

/// Pairs of characters that GitHub's filters look for: mentions, references to issues.
fn is_trigger(c: char, next: char) -> bool {
    c == '@' || (c == '#' && next.is_ascii_digit())
}

/// Words that would become a link, a reference, an emoji or a formula; shown as code they stay what they are and can be copied.
fn is_read_as_more(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let is_reference = lower.match_indices("gh-").any(|(at, found)| {
        lower.get(at + found.len()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    // `:100:`, as in a path with a line, is an emoji.
    let emoji =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '+' | '-'));
    let inner = word.matches(':').count().saturating_sub(1);
    let is_emoji = word.split(':').skip(1).take(inner).any(emoji);
    is_reference || is_emoji || word.contains('$') || lower.contains("://") || lower.contains("www.")
}

/// A word inside a tag. There is no code to hide it in: gaps break what would be found in it.
fn html_word(word: &str) -> String {
    let broken = is_read_as_more(word);
    let mut out = String::with_capacity(word.len());
    let mut rest = word.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
        let next = rest.peek().copied().unwrap_or(' ');
        if is_trigger(c, next) || (broken && matches!(c, ':' | '$' | '-' | 'w' | 'W')) {
            out.push_str(GAP);
        }
    }
    out
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_backticks_become_code_and_the_rest_stays_text() {
        let cases = [
            ("no field `spec.replicaz`", "no field `spec.replicaz`"),
            ("a `b` *c*", "a `b` \\*c\\*"),
            ("one ` alone", "one \\` alone"),
            ("`a``b`", "`a`&#8203;`b`"),
            ("``", "\\`\\`"),
            ("- item", "\\- item"),
            ("1. item", "1\\. item"),
            ("v1.35.2", "v1.35.2"),
            ("Kubernetes 1.35", "Kubernetes 1.35"),
            ("see https://evil.example/x for", "see `https://evil.example/x` for"),
            ("(www.evil.example).", "\\(`www.evil.example`\\)."),
            ("at https://a.example:443: refused", "at `https://a.example:443`: refused"),
            ("ping @octocat #12 GH-7", "ping @&#8203;octocat \\#&#8203;12 `GH-7`"),
            ("web.yaml:100: bad", "`web.yaml:100`: bad"),
            ("$(A)", "`$(A)`"),
            ("image not found: acr.example/web:1.4.2", "image not found: acr.example/web:1.4.2"),
            ("[x](javascript:alert)", "\\[x\\]\\(javascript:alert\\)"),
            ("![x] <img src=x>", "\\!\\[x\\] \\<img src=x\\>"),
            ("a\nb\u{1b}[0m", "a b\\\\u{1b}\\[0m"),
        ];
        for (text, markdown) in cases {
            assert_eq!(prose(text, Place::Line), markdown, "{text}");
        }
        assert_eq!(prose("a|b `c|d`", Place::Cell), "a\\|b `c\\|d`");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(fenced(&block_lines("a\n````\nb"), ""), "`````\na\n````\nb\n`````");
        assert_eq!(code("a``b`", Place::Line), "``` a``b` ```");
    }

    #[test]
    fn html_shows_tags_and_breaks_what_filters_look_for() {
        assert_eq!(html("<b>&@x"), "&lt;b&gt;&amp;@&#8203;x");
        assert_eq!(html("https://a WWW.b #1"), "https:&#8203;//a W&#8203;W&#8203;W&#8203;.b #&#8203;1");
    }

    #[test]
    fn only_web_addresses_can_be_clicked_and_none_leaves_its_link() {
        assert_eq!(link("x", "https://a.example/b?c=d&e"), "[x](https://a.example/b?c=d&amp;e)");
        assert_eq!(link("x", "https://a.example/) [y](z"), "[x](https://a.example/%29%20%5By%5D%28z)");
        assert_eq!(link("x", "javascript:alert(1)"), "x");
    }
}
