//! Scalars of the quick reader: plain and quoted ones, also over several lines, and text blocks.

use granit_parser::ScalarStyle;

use super::Reader;
use super::read::Scalar;

impl Reader<'_> {
    /// A scalar in quotes, or a plain one as far as it is on this line.
    pub(super) fn inline_scalar(&self, at: usize) -> Option<Scalar> {
        match self.byte(at)? {
            b'"' | b'\'' => self.quoted(at),
            b'-' | b'?' | b':' if self.is_blank_or_end(at + 1) => None,
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' => None,
            _ => {
                let end = self.plain_end(at)?;
                Some(Scalar { style: ScalarStyle::Plain, range: at..end, made: None, is_folded: false })
            }
        }
    }

    /// Where a plain scalar ends on this line: in front of `: `, ` #` or the blanks at the end of the line.
    fn plain_end(&self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes().get(start..).unwrap_or_default();
        // Behind its last byte that is not blank.
        let mut end = 0;
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' => break,
                b' ' => {}
                b'\t' => return None,
                b'#' if end < at => break,
                b':' if self.is_blank_or_end(start + at + 1) => {
                    // A blank in front of the colon is left to the parser.
                    return (end == at).then_some(start + at);
                }
                _ => end = at + 1,
            }
        }
        Some(start + end)
    }

    /// A scalar that is not a key, with what follows it on its line, and with the lines that continue a plain one.
    pub(super) fn scalar(&mut self, mut scalar: Scalar) -> Option<()> {
        let mut end = scalar.range.end;
        if scalar.style == ScalarStyle::Plain {
            let mut value: Option<String> = None;
            while let Some((next, breaks)) = self.continuation(end)? {
                let value = value.get_or_insert_with(|| self.text.get(scalar.range.clone()).unwrap_or_default().into());
                push_folded(value, breaks);
                end = self.plain_end(next)?;
                value.push_str(self.text.get(next..end).unwrap_or_default());
            }
            scalar.range.end = end;
            scalar.made = value;
        }
        self.read.scalar(scalar);
        self.rest_of_line(end)
    }

    /// The start of the line that continues a plain scalar whose last line ends at `end`, and the line feeds in between.
    fn continuation(&self, end: usize) -> Option<Option<(usize, usize)>> {
        let (mut at, mut breaks) = (self.skip_spaces(end), 0);
        let mut line = None;
        while self.byte(at) == Some(b'\n') {
            breaks += 1;
            line = Some(at + 1);
            at = self.skip_spaces(at + 1);
        }
        let Some(line) = line else { return Some(None) };
        match self.byte(at) {
            Some(b'\t') => None,
            None | Some(b'#') => Some(None),
            Some(_) if at - line <= self.indent() => Some(None),
            Some(b':') if self.is_blank_or_end(at + 1) => None,
            Some(_) => Some(Some((at, breaks))),
        }
    }

    /// A scalar in quotes, with the usual escapes only; also over several lines.
    fn quoted(&self, start: usize) -> Option<Scalar> {
        let quote = self.byte(start)?;
        let style = if quote == b'"' { ScalarStyle::DoubleQuoted } else { ScalarStyle::SingleQuoted };
        let is_end = |byte: u8| byte == quote || byte == b'\n' || (byte == b'\\' && quote == b'"');
        let (mut value, mut from, mut is_folded) = (String::new(), start + 1, false);
        loop {
            let rest = self.text.get(from..)?;
            let next = from + rest.bytes().position(is_end)?;
            let part = self.text.get(from..next)?;
            match (self.byte(next)?, self.byte(next + 1)) {
                (b'\n', _) => {
                    value.push_str(part.trim_end_matches([' ', '\t']));
                    let (at, breaks) = self.next_line(next)?;
                    push_folded(&mut value, breaks);
                    (from, is_folded) = (at, true);
                }
                (b'\\', Some(b'\n')) => {
                    value.push_str(part);
                    let (at, breaks) = self.next_line(next + 1)?;
                    value.extend(std::iter::repeat_n('\n', breaks - 1));
                    (from, is_folded) = (at, true);
                }
                (b'\\', Some(escaped)) => {
                    value.push_str(part);
                    value.push(match escaped {
                        b'n' => '\n',
                        b't' => '\t',
                        b'r' => '\r',
                        b' ' => ' ',
                        b'"' => '"',
                        b'\\' => '\\',
                        _ => return None,
                    });
                    from = next + 2;
                }
                (b'\'', Some(b'\'')) => {
                    value.push_str(part);
                    value.push('\'');
                    from = next + 2;
                }
                (b'\\', None) => return None,
                _ => {
                    value.push_str(part);
                    let made = (from > start + 1).then_some(value);
                    return Some(Scalar { style, range: start..next + 1, made, is_folded });
                }
            }
        }
    }

    /// Where a text in quotes goes on behind a line feed at `feed`, and how many line feeds are in between.
    fn next_line(&self, feed: usize) -> Option<(usize, usize)> {
        let (mut line, mut breaks) = (feed, 0);
        let mut at = feed;
        while self.byte(at) == Some(b'\n') {
            (line, breaks) = (at + 1, breaks + 1);
            let rest = self.text.as_bytes().get(line..)?;
            at = line + rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        }
        // It might be a marker.
        if at == line && matches!(self.byte(at), Some(b'-' | b'.')) {
            return None;
        }
        Some((at, breaks))
    }

    /// A text block without a digit in its header.
    pub(super) fn block_scalar(&mut self, start: usize) -> Option<()> {
        let style = if self.byte(start) == Some(b'|') { ScalarStyle::Literal } else { ScalarStyle::Folded };
        let chomping = self.byte(start + 1).filter(|byte| matches!(byte, b'-' | b'+'));
        let header_end = self.skip_spaces(start + 1 + usize::from(chomping.is_some()));
        if self.byte(header_end) != Some(b'\n') {
            return None;
        }
        let (first, mut breaks) = self.lines_without_content(header_end + 1, usize::MAX);
        let indent = self.skip_spaces(first) - first;
        let is_deep_enough = indent > self.indent() && !self.open.is_empty() && first + indent < self.text.len();
        let longest_blank = self.text.get(header_end + 1..first)?.lines().map(str::len).max().unwrap_or_default();
        if !is_deep_enough || longest_blank > indent || self.byte(header_end + 1) == Some(b'\t') {
            return None;
        }
        let (mut value, mut line, mut is_ended) = (String::new(), first, false);
        let mut was_blank = false;
        let end = loop {
            let spaces = self.skip_spaces(line) - line;
            if spaces < indent {
                break line + spaces;
            }
            let content = line + indent;
            let line_end = self.line_end(content);
            let is_blank = matches!(self.byte(content), Some(b' ' | b'\t'));
            match is_ended {
                true if style == ScalarStyle::Folded && !was_blank && !is_blank => {
                    if breaks == 0 {
                        value.push(' ');
                    }
                }
                true => value.push('\n'),
                false => {}
            }
            value.extend(std::iter::repeat_n('\n', breaks));
            value.push_str(self.text.get(content..line_end)?);
            was_blank = is_blank;
            is_ended = line_end < self.text.len();
            if !is_ended {
                (line, breaks) = (line_end, 0);
                break line_end;
            }
            (line, breaks) = self.lines_without_content(line_end + 1, indent);
            // Blanks without a line feed at the end of the text are left to the parser.
            if line < self.text.len() && self.skip_spaces(line) == self.text.len() {
                return None;
            }
        };
        if chomping != Some(b'-') && is_ended {
            value.push('\n');
        }
        if chomping == Some(b'+') {
            value.extend(std::iter::repeat_n('\n', breaks));
        }
        // The parser leaves out the header, and goes on to what follows.
        self.read.scalar(Scalar { style, range: first + indent..end, made: Some(value), is_folded: false });
        self.at = line;
        Some(())
    }

    /// The start of the first line that is not blank or has more than `most` blanks, and how many are before it.
    fn lines_without_content(&self, from: usize, most: usize) -> (usize, usize) {
        let (mut line, mut count) = (from, 0);
        loop {
            let end = self.skip_spaces(line);
            if self.byte(end) != Some(b'\n') || end - line > most {
                return (line, count);
            }
            (line, count) = (end + 1, count + 1);
        }
    }
}

/// What line feeds between words mean: one is a blank, of more the first is none.
fn push_folded(value: &mut String, breaks: usize) {
    match breaks {
        1 => value.push(' '),
        _ => value.extend(std::iter::repeat_n('\n', breaks - 1)),
    }
}
