//! In which style a string is printed: as go-yaml version 2 decides it.

use seatrial_model::ScalarKind;

use crate::scalars::timestamp;
use crate::scalars::typing::{Dialect, plain_kind};

/// A style in print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    /// In double quotes on one line, with `#` and `:` as escapes.
    Escaped,
}

/// The style a string asks for, before its characters are looked at: lines as a block, and quotes where it would be something else without.
pub(crate) fn written(text: &str) -> Written {
    if text.as_bytes().contains(&b'\n') {
        return Written::Literal;
    }
    if would_be_string(text) { Written::Plain } else { Written::DoubleQuoted }
}

/// Whether a text of one line would be a string without quotes.
fn would_be_string(text: &str) -> bool {
    // What starts with a letter is not a number or date, and what is longer than `false` not a boolean either.
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return text.len() > 5 || plain_kind(text, Dialect::Kubectl) == ScalarKind::String;
    }
    plain_kind(text, Dialect::Kubectl) == ScalarKind::String && timestamp::parse(text).is_none() && !is_base_60(text)
}

/// Whether a text is a word that is printed as it is, wherever it stands: most keys and values are.
pub(crate) fn is_bare_word(text: &str) -> bool {
    is_word(text) && would_be_string(text)
}

/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`: a number in YAML 1.1, quoted for the sake of other readers.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (body, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let mut parts = body.split(':');
    let first = parts.next().unwrap_or_default();
    let mut rest = parts.peekable();
    let sixtieth = |part: &str| match part.as_bytes() {
        [b'0'..=b'9'] => true,
        [tens, ones] => (b'0'..=b'5').contains(tens) && ones.is_ascii_digit(),
        _ => false,
    };
    first.starts_with(|c: char| c.is_ascii_digit())
        && digits(first)
        && digits(fraction)
        && rest.peek().is_some()
        && rest.all(sixtieth)
}

/// A boolean of YAML 1.1, which version 3 prints in quotes for the sake of other readers (go-yaml: `isOldBool`).
pub(crate) fn is_old_boolean(text: &str) -> bool {
    matches!(plain_kind(text, Dialect::Kubectl), ScalarKind::Bool)
}

/// What a text allows: in version 2, and where that differs in version 3 (go-yaml: `yaml_emitter_analyze_scalar`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Analysis {
    pub(crate) multiline: bool,
    empty: bool,
    pub(crate) plain: bool,
    /// In version 3's brackets.
    pub(crate) plain_in_flow: bool,
    pub(crate) single_quoted: bool,
    literal: bool,
    /// A text block in version 3, from which a tab does not keep.
    pub(crate) block: bool,
}

impl Written {
    /// The style a value or a long key gets.
    pub(crate) fn in_block(self, analysis: &Analysis) -> Written {
        match self {
            Written::Literal if analysis.literal => Written::Literal,
            Written::Plain if analysis.plain => Written::Plain,
            Written::Plain if analysis.single_quoted => Written::SingleQuoted,
            Written::SingleQuoted if analysis.single_quoted => Written::SingleQuoted,
            _ => Written::DoubleQuoted,
        }
    }

    /// The style a key on one line gets.
    pub(crate) fn in_key(self, analysis: &Analysis) -> Written {
        match self.in_block(analysis) {
            Written::Literal => Written::DoubleQuoted,
            Written::Plain if analysis.empty => Written::SingleQuoted,
            style => style,
        }
    }
}

impl Analysis {
    /// Looks at every character once.
    pub(crate) fn of(text: &str) -> Analysis {
        if is_word(text) {
            return Analysis {
                multiline: false,
                empty: false,
                plain: true,
                plain_in_flow: true,
                single_quoted: true,
                literal: true,
                block: true,
            };
        }
        let (mut indicators, mut flow_indicators) = (text.starts_with("---") || text.starts_with("..."), false);
        let (mut multiline, mut special, mut tab) = (false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        // What stands before the first character counts as white space.
        let mut before = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            // Letters and digits say nothing.
            if c.is_ascii_alphanumeric() {
                before = Some(c);
                continue;
            }
            let blank_after = chars.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
            indicators |= match (before, c) {
                (None, c) if INDICATORS.contains(c) => true,
                (None, '?' | '-') | (_, ':') => blank_after,
                (Some(before), '#') => is_white(before),
                _ => false,
            };
            flow_indicators |= matches!(c, '?' | ':') || (before.is_some() && matches!(c, ',' | '[' | ']' | '{' | '}'));
            tab |= c == '\t';
            special |= c != '\t' && !is_printable(c);
            multiline |= is_break(c);
            break_space |= c == ' ' && before.is_some_and(is_break);
            space_break |= is_break(c) && before == Some(' ');
            before = Some(c);
        }
        let is_edge = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
        let single_quoted = !(break_space || space_break || tab || special);
        let plain = single_quoted && !(multiline || indicators || is_edge(text.chars().next()) || is_edge(before));
        let block = !(text.is_empty() || before == Some(' ') || space_break || special);
        Analysis {
            multiline,
            empty: text.is_empty(),
            plain,
            plain_in_flow: plain && !flow_indicators && !text.is_empty(),
            single_quoted,
            literal: block && !tab,
            block,
        }
    }
}

/// What means something at the start of a plain scalar.
const INDICATORS: &str = "#,[]{}&*!|>'\"%@`";

/// Whether kustomize prints a string of one line without quotes.
#[must_use]
pub fn is_printed_plain(text: &str) -> bool {
    written(text).in_block(&Analysis::of(text)) == Written::Plain
}

/// Whether no character of a text means anything to YAML: most keys and values are such words.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        && text.bytes().all(|byte| WORD[usize::from(byte)])
}

/// The bytes of a word.
const WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let of_word = byte as u8;
        word[byte] = of_word.is_ascii_alphanumeric() || matches!(of_word, b'-' | b'_' | b'.' | b'/');
        byte += 1;
    }
    word
};

fn is_white(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\0') || is_break(c)
}

/// A line end, as YAML 1.1 has them.
pub(crate) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What may stand unescaped. Characters past the basic plane may not, for go-yaml.
pub(crate) fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether a text that was a block is one again in kustomize's first print, which is go-yaml version 3's.
pub(crate) fn is_block_in_first_print(text: &str) -> bool {
    Analysis::of(text).block
}
