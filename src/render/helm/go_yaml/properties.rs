//! Directives, comments, anchors and tags of the scanner (go-yaml: `scannerc.go`).

use super::Wrong;
use super::scanner::Scanner;
use super::token::{Kind, is_alpha, is_blank, is_blankz, is_breakz};

impl Scanner {
    pub(super) fn scan_directive(&mut self) -> Result<(), Wrong> {
        let mark = self.mark();
        self.skip();
        let name = self.word()?;
        if name.is_empty() {
            return self.wrong("could not find expected directive name");
        }
        if !is_blankz(self.here()) {
            return self.wrong("found unexpected non-alphabetical character");
        }
        let kind = match &*name {
            "YAML" => self.version()?,
            "TAG" => self.tag_directive()?,
            _ => return self.wrong("found unknown directive name"),
        };
        self.rest_of_line()?;
        self.push(kind, mark);
        Ok(())
    }

    /// Letters and digits.
    fn word(&mut self) -> Result<String, Wrong> {
        let mut word = String::new();
        self.need(1)?;
        while is_alpha(self.here()) {
            self.read(&mut word);
            self.need(1)?;
        }
        Ok(word)
    }

    pub(super) fn blanks(&mut self) -> Result<(), Wrong> {
        self.need(1)?;
        while is_blank(self.here()) {
            self.skip();
            self.need(1)?;
        }
        Ok(())
    }

    /// A comment, if one begins here, without the end of its line.
    pub(super) fn comment(&mut self) -> Result<(), Wrong> {
        if self.here() == '#' {
            while !is_breakz(self.here()) {
                self.skip();
                self.need(1)?;
            }
        }
        Ok(())
    }

    fn version(&mut self) -> Result<Kind, Wrong> {
        self.blanks()?;
        let major = self.number()?;
        if self.here() != '.' {
            return self.wrong("did not find expected digit or '.' character");
        }
        self.skip();
        Ok(Kind::Version(major, self.number()?))
    }

    fn number(&mut self) -> Result<u8, Wrong> {
        let (mut value, mut length) = (0, 0);
        self.need(1)?;
        while let Some(digit) = self.here().to_digit(10) {
            length += 1;
            if length > 2 {
                return self.wrong("found extremely long version number");
            }
            value = value * 10 + u8::try_from(digit).unwrap_or_default();
            self.skip();
            self.need(1)?;
        }
        if length == 0 { self.wrong("did not find expected version number") } else { Ok(value) }
    }

    fn tag_directive(&mut self) -> Result<Kind, Wrong> {
        self.blanks()?;
        let handle = self.handle(true)?;
        self.need(1)?;
        if !is_blank(self.here()) {
            return self.wrong("did not find expected whitespace");
        }
        self.blanks()?;
        self.uri(None)?;
        self.need(1)?;
        if !is_blankz(self.here()) {
            return self.wrong("did not find expected whitespace or line break");
        }
        Ok(Kind::TagDirective { handle })
    }

    pub(super) fn anchor(&mut self, kind: fn(String) -> Kind) -> Result<(), Wrong> {
        self.save_key()?;
        self.is_key_allowed = false;
        let mark = self.mark();
        self.skip();
        let name = self.word()?;
        let c = self.here();
        if name.is_empty() || !(is_blankz(c) || matches!(c, '?' | ':' | ',' | ']' | '}' | '%' | '@' | '`')) {
            return self.wrong("did not find expected alphabetic or numeric character");
        }
        self.push(kind(name), mark);
        Ok(())
    }

    pub(super) fn tag(&mut self) -> Result<(), Wrong> {
        self.save_key()?;
        self.is_key_allowed = false;
        let mark = self.mark();
        self.need(2)?;
        let (handle, suffix) = if self.ahead(1) == '<' {
            self.skip();
            self.skip();
            let suffix = self.uri(None)?;
            if self.here() != '>' {
                return self.wrong("did not find the expected '>'");
            }
            self.skip();
            (String::new(), suffix)
        } else {
            let handle = self.handle(false)?;
            if handle.len() > 1 && handle.ends_with('!') {
                let suffix = self.uri(None)?;
                (handle, suffix)
            } else {
                let suffix = self.uri(Some(&handle))?;
                if suffix.is_empty() { (suffix, "!".to_owned()) } else { ("!".to_owned(), suffix) }
            }
        };
        self.need(1)?;
        if !is_blankz(self.here()) {
            return self.wrong("did not find expected whitespace or line break");
        }
        self.push(Kind::Tag { handle, suffix }, mark);
        Ok(())
    }

    fn handle(&mut self, is_directive: bool) -> Result<String, Wrong> {
        self.need(1)?;
        if self.here() != '!' {
            return self.wrong("did not find expected '!'");
        }
        self.skip();
        let mut handle = format!("!{}", self.word()?);
        if self.here() == '!' {
            self.read(&mut handle);
        } else if is_directive && handle != "!" {
            return self.wrong("did not find expected '!'");
        }
        Ok(handle)
    }

    /// A tag behind its handle; what was taken for one is the beginning of it.
    fn uri(&mut self, head: Option<&str>) -> Result<String, Wrong> {
        let mut uri = head.and_then(|head| head.get(1..)).unwrap_or_default().to_owned();
        let mut is_there = head.is_some();
        self.need(1)?;
        loop {
            match self.here() {
                '%' => self.escaped_octets(&mut uri)?,
                ';' | '/' | '?' | ':' | '@' | '&' | '=' | '+' | '$' | ',' | '.' | '!' | '~' | '*' | '\'' | '('
                | ')' | '[' | ']' => self.read(&mut uri),
                c if is_alpha(c) => self.read(&mut uri),
                _ => break,
            }
            is_there = true;
            self.need(1)?;
        }
        if is_there { Ok(uri) } else { self.wrong("did not find expected tag URI") }
    }

    fn escaped_octets(&mut self, uri: &mut String) -> Result<(), Wrong> {
        let mut left = None;
        while left != Some(0) {
            self.need(3)?;
            let digits = [self.ahead(1), self.ahead(2)].map(|c| c.to_digit(16));
            let (true, [Some(high), Some(low)]) = (self.here() == '%', digits) else {
                return self.wrong("did not find URI escaped octet");
            };
            let octet = u8::try_from(high * 16 + low).unwrap_or_default();
            left = Some(match left {
                None => match octet {
                    0..0x80 => 0,
                    0xc0..0xe0 => 1,
                    0xe0..0xf0 => 2,
                    0xf0..0xf8 => 3,
                    _ => return self.wrong("found an incorrect leading UTF-8 octet"),
                },
                Some(_) if octet & 0xc0 != 0x80 => {
                    return self.wrong("found an incorrect trailing UTF-8 octet");
                }
                Some(left) => left - 1,
            });
            uri.push(char::from(octet));
            (0..3).for_each(|_| self.skip());
        }
        Ok(())
    }
}
