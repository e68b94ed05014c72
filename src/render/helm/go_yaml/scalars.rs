//! Scalars of the scanner: text blocks, quoted and plain ones (go-yaml: `scannerc.go`).

use super::Wrong;
use super::scanner::Scanner;
use super::token::{Kind, is_blank, is_blankz, is_break, is_breakz};

/// The blanks and line breaks between two words of a scalar.
#[derive(Default)]
struct Between {
    blanks: String,
    first_break: String,
    other_breaks: String,
    has_break: bool,
}

impl Between {
    /// What they become: a line break alone is a blank.
    fn fold_into(&mut self, text: &mut String) {
        if !self.has_break {
            text.push_str(&std::mem::take(&mut self.blanks));
            return;
        }
        match (self.first_break.starts_with('\n'), self.other_breaks.is_empty()) {
            (true, true) => text.push(' '),
            (true, false) => text.push_str(&self.other_breaks),
            (false, _) => {
                text.push_str(&self.first_break);
                text.push_str(&self.other_breaks);
            }
        }
        *self = Between::default();
    }
}

impl Scanner {
    pub(super) fn block_scalar(&mut self, is_literal: bool) -> Result<(), Wrong> {
        self.remove_key()?;
        self.is_key_allowed = true;
        let mark = self.mark();
        self.skip();
        let (chomping, increment) = self.block_header()?;
        let mut indent = match (increment, usize::try_from(self.indent)) {
            (0, _) => 0,
            (increment, Ok(indent)) => indent + increment,
            (increment, Err(_)) => increment,
        };
        let (mut text, mut first_break, mut other_breaks) = (String::new(), String::new(), String::new());
        self.block_breaks(&mut indent, &mut other_breaks)?;
        self.need(1)?;
        let mut began_blank = false;
        while self.column == indent && self.here() != '\0' {
            let is_blank = is_blank(self.here());
            if !is_literal && !began_blank && !is_blank && first_break.starts_with('\n') {
                if other_breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(&first_break);
            }
            first_break.clear();
            text.push_str(&std::mem::take(&mut other_breaks));
            began_blank = is_blank;
            while !is_breakz(self.here()) {
                self.read(&mut text);
                self.need(1)?;
            }
            self.need(2)?;
            if is_break(self.here()) {
                self.read_line(&mut first_break);
            }
            self.block_breaks(&mut indent, &mut other_breaks)?;
        }
        if chomping != Some('-') {
            text.push_str(&first_break);
        }
        if chomping == Some('+') {
            text.push_str(&other_breaks);
        }
        self.push(Kind::Scalar { text, is_plain: false }, mark);
        Ok(())
    }

    /// What stands behind `|` or `>`: what becomes of the line breaks at the end, and how deep it is indented.
    fn block_header(&mut self) -> Result<(Option<char>, usize), Wrong> {
        let (mut chomping, mut increment) = (None, 0);
        for _ in 0..2 {
            self.need(1)?;
            match self.here() {
                c @ ('+' | '-') if chomping.is_none() => chomping = Some(c),
                '0' if increment == 0 => return self.wrong("found an indentation indicator equal to 0"),
                c @ '1'..='9' if increment == 0 => increment = c.to_digit(10).unwrap_or_default() as usize,
                _ => break,
            }
            self.skip();
        }
        self.rest_of_line()?;
        Ok((chomping, increment))
    }

    /// Blanks and a comment, and the end of the line.
    pub(super) fn rest_of_line(&mut self) -> Result<(), Wrong> {
        self.blanks()?;
        self.comment()?;
        if !is_breakz(self.here()) {
            return self.wrong("did not find expected comment or line break");
        }
        if is_break(self.here()) {
            self.need(2)?;
            self.skip_line();
        }
        Ok(())
    }

    fn block_breaks(&mut self, indent: &mut usize, breaks: &mut String) -> Result<(), Wrong> {
        let mut deepest = 0;
        loop {
            self.need(1)?;
            while (*indent == 0 || self.column < *indent) && self.here() == ' ' {
                self.skip();
                self.need(1)?;
            }
            deepest = deepest.max(self.column);
            if (*indent == 0 || self.column < *indent) && self.here() == '\t' {
                return self.wrong("found a tab character where an indentation space is expected");
            }
            if !is_break(self.here()) {
                break;
            }
            self.need(2)?;
            self.read_line(breaks);
        }
        if *indent == 0 {
            *indent = deepest.max(usize::try_from(self.indent + 1).unwrap_or_default()).max(1);
        }
        Ok(())
    }

    pub(super) fn flow_scalar(&mut self, is_single: bool) -> Result<(), Wrong> {
        self.save_key()?;
        self.is_key_allowed = false;
        let (mark, quote) = (self.mark(), if is_single { '\'' } else { '"' });
        self.skip();
        let (mut text, mut between) = (String::new(), Between::default());
        loop {
            self.need(4)?;
            if self.is_at_marker('-') || self.is_at_marker('.') {
                return self.wrong("found unexpected document indicator");
            }
            if self.here() == '\0' {
                return self.wrong("found unexpected end of stream");
            }
            while !is_blankz(self.here()) && (self.here() != quote || (is_single && self.ahead(1) == quote)) {
                match self.here() {
                    '\'' if is_single => {
                        text.push('\'');
                        self.skip();
                        self.skip();
                    }
                    '\\' if !is_single && is_break(self.ahead(1)) => {
                        self.need(3)?;
                        self.skip();
                        self.skip_line();
                        between.has_break = true;
                        break;
                    }
                    '\\' if !is_single => self.escape(&mut text)?,
                    _ => self.read(&mut text),
                }
                self.need(2)?;
            }
            self.need(1)?;
            if self.here() == quote {
                break;
            }
            self.between(&mut between, None)?;
            between.fold_into(&mut text);
        }
        self.skip();
        self.push(Kind::Scalar { text, is_plain: false }, mark);
        Ok(())
    }

    fn escape(&mut self, text: &mut String) -> Result<(), Wrong> {
        let length = match self.ahead(1) {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            plain => {
                let c = match plain {
                    '0' => '\0',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    't' | '\t' => '\t',
                    'n' => '\n',
                    'v' => '\u{b}',
                    'f' => '\u{c}',
                    'r' => '\r',
                    'e' => '\u{1b}',
                    ' ' | '"' | '\'' | '\\' => plain,
                    'N' => '\u{85}',
                    '_' => '\u{a0}',
                    'L' => '\u{2028}',
                    'P' => '\u{2029}',
                    _ => return self.wrong("found unknown escape character"),
                };
                text.push(c);
                0
            }
        };
        self.skip();
        self.skip();
        if length == 0 {
            return Ok(());
        }
        self.need(length)?;
        let mut code = 0_u32;
        for by in 0..length {
            let Some(digit) = self.ahead(by).to_digit(16) else {
                return self.wrong("did not find expected hexdecimal number");
            };
            code = code.checked_mul(16).map_or(u32::MAX, |code| code | digit);
        }
        let Some(c) = char::from_u32(code) else {
            return self.wrong("found invalid Unicode character escape code");
        };
        text.push(c);
        (0..length).for_each(|_| self.skip());
        Ok(())
    }

    /// Takes blanks and line breaks; `indent` is the column below which a plain scalar has no tabs.
    fn between(&mut self, between: &mut Between, indent: Option<usize>) -> Result<(), Wrong> {
        while is_blank(self.here()) || is_break(self.here()) {
            if is_break(self.here()) {
                self.need(2)?;
                if between.has_break {
                    self.read_line(&mut between.other_breaks);
                } else {
                    between.blanks.clear();
                    self.read_line(&mut between.first_break);
                    between.has_break = true;
                }
            } else {
                let is_indentation = indent.is_some_and(|indent| self.column < indent);
                if between.has_break && is_indentation && self.here() == '\t' {
                    return self.wrong("found a tab character that violates indentation");
                }
                if between.has_break { self.skip() } else { self.read(&mut between.blanks) }
            }
            self.need(1)?;
        }
        Ok(())
    }

    pub(super) fn plain_scalar(&mut self) -> Result<(), Wrong> {
        self.save_key()?;
        self.is_key_allowed = false;
        let indent = usize::try_from(self.indent + 1).unwrap_or_default();
        let (mark, mut text, mut between) = (self.mark(), String::new(), Between::default());
        loop {
            self.need(4)?;
            if self.is_at_marker('-') || self.is_at_marker('.') || self.here() == '#' {
                break;
            }
            while !is_blankz(self.here()) && !self.ends_plain() {
                between.fold_into(&mut text);
                self.read(&mut text);
                self.need(2)?;
            }
            if !(is_blank(self.here()) || is_break(self.here())) {
                break;
            }
            self.need(1)?;
            self.between(&mut between, Some(indent))?;
            if self.flow_level == 0 && self.column < indent {
                break;
            }
        }
        if between.has_break {
            self.is_key_allowed = true;
        }
        self.push(Kind::Scalar { text, is_plain: true }, mark);
        Ok(())
    }

    /// Whether a plain scalar ends before this character.
    fn ends_plain(&self) -> bool {
        let c = self.here();
        (c == ':' && is_blankz(self.ahead(1)))
            || (self.flow_level > 0 && matches!(c, ',' | '?' | '[' | ']' | '{' | '}'))
    }
}
