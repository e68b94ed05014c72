//! Flow collections of the quick reader, on one line.

use granit_parser::ScalarStyle;

use super::read::{Scalar, What};
use super::{DEEPEST, LONGEST_KEY, Reader};

impl Reader<'_> {
    /// The collection that begins at a bracket; gives where it ends.
    pub(super) fn flow(&mut self, start: usize, depth: usize) -> Option<usize> {
        if depth > DEEPEST {
            return None;
        }
        let is_mapping = self.byte(start) == Some(b'{');
        let (begin, end, closing) = match is_mapping {
            true => (What::FlowMappingStart, What::MappingEnd, b'}'),
            false => (What::FlowSequenceStart, What::SequenceEnd, b']'),
        };
        let column = self.column(start)?;
        self.read.push(begin, start..start + 1, column);
        let mut at = self.skip_spaces(start + 1);
        while self.byte(at)? != closing {
            if is_mapping {
                at = self.flow_key(at)?;
            }
            at = match self.byte(at)? {
                b'[' | b'{' => self.flow(at, depth + 1)?,
                _ => {
                    let scalar = self.flow_scalar(at)?;
                    let end = scalar.range.end;
                    self.read.scalar(scalar);
                    end
                }
            };
            at = self.skip_spaces(at);
            match self.byte(at)? {
                b',' => at = self.skip_spaces(at + 1),
                other if other == closing => {}
                _ => return None,
            }
        }
        self.read.push(end, at..at + 1, 0);
        Some(at + 1)
    }

    /// Characters in front of a place on its line; of two places the later one is asked for later.
    fn column(&mut self, at: usize) -> Option<usize> {
        let (from, count) = if self.counted.0 < self.line { (self.line, 0) } else { self.counted };
        let count = count + self.text.get(from..at)?.chars().count();
        self.counted = (at, count);
        Some(count)
    }

    /// A key with a colon and a blank behind it; gives where its value begins.
    fn flow_key(&mut self, at: usize) -> Option<usize> {
        let key = self.flow_scalar(at)?;
        let colon = key.range.end;
        if self.byte(colon) != Some(b':') || self.byte(colon + 1) != Some(b' ') || colon - at > LONGEST_KEY {
            return None;
        }
        self.read.scalar(key);
        Some(self.skip_spaces(colon + 1))
    }

    fn flow_scalar(&self, at: usize) -> Option<Scalar> {
        match self.byte(at)? {
            b'"' | b'\'' => self.inline_scalar(at).filter(|scalar| !scalar.is_folded),
            b'-' if matches!(self.byte(at + 1)?, b' ' | b',' | b'[' | b']' | b'{' | b'}') => None,
            b' ' | b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%'
            | b'@' | b'`' => None,
            _ => {
                let end = self.flow_plain_end(at)?;
                Some(Scalar { style: ScalarStyle::Plain, range: at..end, made: None, is_folded: false })
            }
        }
    }

    fn flow_plain_end(&self, start: usize) -> Option<usize> {
        let bytes = self.text.as_bytes().get(start..).unwrap_or_default();
        let mut end = 0;
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'\n' | b'\t' => return None,
                b' ' => {}
                b'#' if end < at => return None,
                b',' | b'[' | b']' | b'{' | b'}' => return Some(start + end),
                b':' => match bytes.get(at + 1)? {
                    b' ' | b'\n' | b'\t' => return (end == at).then_some(start + at),
                    b',' | b'[' | b']' | b'{' | b'}' => return None,
                    _ => end = at + 1,
                },
                _ => end = at + 1,
            }
        }
        None
    }
}
