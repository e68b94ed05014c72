//! `urlParse` and `urlJoin` (sprig: `url.go`; Go: `net/url`).

use seatrial_golang::quote::quote;
use seatrial_gotemplate::{Failure, Function, Map, Type, Value};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("urlParse", &[Type::Text], |_, a| {
        let text = a[0].as_str().unwrap_or_default();
        let url = Url::parse(text).map_err(|error| format!("unable to parse url: parse {}: {error}", quote(text)))?;
        let entries = [
            ("scheme", url.scheme.as_str()),
            ("hostname", url.hostname()),
            ("host", &url.host),
            ("path", &url.path),
            ("query", &url.query),
            ("opaque", &url.opaque),
            ("fragment", &url.fragment),
            ("userinfo", url.user.as_deref().unwrap_or_default()),
        ];
        Ok(Value::map(entries.into_iter().map(|(key, text)| (key, Value::text(text))).collect()))
    }),
    Function::new("urlJoin", &[Type::Map], |_, a| {
        let map = a[0].as_map().cloned().unwrap_or_default();
        let userinfo = entry(&map, "userinfo")?;
        let user = if userinfo.is_empty() {
            None
        } else {
            let whole = format!("proto://{userinfo}@host");
            let parsed = Url::parse(&whole).map_err(|error| {
                Failure::from(format!("unable to parse userinfo in dict: parse {}: {error}", quote(&whole)))
            })?;
            parsed.user
        };
        let url = Url {
            scheme: entry(&map, "scheme")?,
            opaque: entry(&map, "opaque")?,
            user,
            host: entry(&map, "host")?,
            path: entry(&map, "path")?,
            query: entry(&map, "query")?,
            fragment: entry(&map, "fragment")?,
        };
        Ok(Value::text(url.joined()))
    }),
];

fn entry(map: &Map, key: &str) -> Result<String, Failure> {
    let Some(value) = map.get(key) else { return Ok(String::new()) };
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None if value.is_nil() => Err("runtime error: invalid memory address or nil pointer dereference".into()),
        None => {
            Err(format!("unable to parse {key} key, must be of type string, but {} found", value.kind_name()).into())
        }
    }
}

#[derive(Default)]
struct Url {
    scheme: String,
    opaque: String,
    /// As it is written.
    user: Option<String>,
    host: String,
    path: String,
    query: String,
    fragment: String,
}

/// What may stand unescaped where.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    User,
    Host,
    Zone,
    Fragment,
}

impl Url {
    fn parse(text: &str) -> Result<Url, String> {
        let (before, fragment) = text.split_once('#').map_or((text, ""), |(before, fragment)| (before, fragment));
        if before.bytes().any(|b| b < b' ' || b == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut url = Url::default();
        if before == "*" {
            url.path = "*".to_owned();
            return Ok(url);
        }
        let (scheme, mut rest) = scheme(before)?;
        url.scheme = scheme.to_ascii_lowercase();
        if let Some(path) = rest.strip_suffix('?').filter(|path| !path.contains('?')) {
            rest = path;
        } else if let Some((path, query)) = rest.split_once('?') {
            query.clone_into(&mut url.query);
            rest = path;
        }
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                url.fragment = unescaped(fragment, Part::Fragment)?;
                return Ok(url);
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        if (!url.scheme.is_empty() || !rest.starts_with("///"))
            && let Some(authority) = rest.strip_prefix("//")
        {
            let end = authority.find('/').unwrap_or(authority.len());
            url.authority(&authority[..end])?;
            rest = &authority[end..];
        }
        url.path = unescaped(rest, Part::Path)?;
        url.fragment = unescaped(fragment, Part::Fragment)?;
        Ok(url)
    }

    fn authority(&mut self, authority: &str) -> Result<(), String> {
        let Some((user, host)) = authority.rsplit_once('@') else {
            self.host = host_of(authority)?;
            return Ok(());
        };
        self.host = host_of(host)?;
        let is_fine = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
        if !user.chars().all(is_fine) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        self.user = Some(match user.split_once(':') {
            None => escaped(&unescaped(user, Part::User)?, Part::User),
            Some((name, password)) => {
                let [name, password] = [name, password].map(|part| unescaped(part, Part::User));
                format!("{}:{}", escaped(&name?, Part::User), escaped(&password?, Part::User))
            }
        });
        Ok(())
    }

    fn hostname(&self) -> &str {
        let host = self.host.as_str();
        let end = host.rfind(':').filter(|at| host[at + 1..].bytes().all(|b| b.is_ascii_digit())).unwrap_or(host.len());
        let bare = &host[..end];
        bare.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')).unwrap_or(bare)
    }

    /// `URL.String`
    fn joined(&self) -> String {
        let mut out = String::new();
        if !self.scheme.is_empty() {
            out.push_str(&self.scheme);
            out.push(':');
        }
        if self.opaque.is_empty() {
            let has_authority = !self.host.is_empty() || self.user.is_some();
            let path = if self.path == "*" { "*".to_owned() } else { escaped(&self.path, Part::Path) };
            if !self.scheme.is_empty() || has_authority {
                if has_authority || self.path.starts_with("//") || !self.path.is_empty() && self.path.starts_with('/') {
                    out.push_str("//");
                }
                if let Some(user) = &self.user {
                    out.push_str(user);
                    out.push('@');
                }
                out.push_str(&escaped(&self.host, Part::Host));
            }
            if !path.is_empty() && !path.starts_with('/') && !self.host.is_empty() {
                out.push('/');
            }
            if out.is_empty() && path.split('/').next().is_some_and(|segment| segment.contains(':')) {
                out.push_str("./");
            }
            out.push_str(&path);
        } else {
            out.push_str(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push('?');
            out.push_str(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push('#');
            out.push_str(&escaped(&self.fragment, Part::Fragment));
        }
        out
    }
}

fn scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            ':' => return Ok((&text[..at], &text[at + 1..])),
            _ => return Ok(("", text)),
        }
    }
    Ok(("", text))
}

fn host_of(host: &str) -> Result<String, String> {
    let port = if host.starts_with('[') {
        let end = host.rfind(']').ok_or("missing ']' in host")?;
        let inside = &host[..end];
        if let Some(zone) = inside.find("%25") {
            let parts = [unescaped(&host[..zone], Part::Host)?, unescaped(&host[zone..end], Part::Zone)?];
            check_port(&host[end + 1..])?;
            return Ok(parts.concat() + &unescaped(&host[end..], Part::Host)?);
        }
        &host[end + 1..]
    } else {
        host.rfind(':').map_or("", |at| &host[at..])
    };
    check_port(port)?;
    unescaped(host, Part::Host)
}

fn check_port(port: &str) -> Result<(), String> {
    let is_fine = port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
    if is_fine { Ok(()) } else { Err(format!("invalid port {} after host", quote(port))) }
}

/// `unescape`
fn unescaped(text: &str, part: Part) -> Result<String, String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = |index: usize| bytes.get(index).and_then(|b| char::from(*b).to_digit(16));
        if byte == b'%' {
            let (Some(high), Some(low)) = (hex(at + 1), hex(at + 2)) else {
                let end = text.len().min(at + 3);
                return Err(format!("invalid URL escape {}", quote(&String::from_utf8_lossy(&bytes[at..end]))));
            };
            let value = u8::try_from(high * 16 + low).unwrap_or_default();
            if part == Part::Host && high < 8 && &bytes[at..at + 3] != b"%25" {
                return Err(format!("invalid URL escape {}", quote(&text[at..at + 3])));
            }
            out.push(value);
            at += 3;
            continue;
        }
        let is_host = matches!(part, Part::Host | Part::Zone);
        if is_host && byte < 0x80 && is_escaped(byte, part) {
            return Err(format!("invalid character {} in host name", quote(&text[at..=at])));
        }
        out.push(byte);
        at += 1;
    }
    Ok(String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// `shouldEscape`
fn is_escaped(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() {
        return false;
    }
    if matches!(part, Part::Host | Part::Zone) && b"!$&'()*+,;=:[]<>\"".contains(&byte) {
        return false;
    }
    match byte {
        b'-' | b'_' | b'.' | b'~' => false,
        b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@' => match part {
            Part::Path => byte == b'?',
            Part::User => matches!(byte, b'@' | b'/' | b'?' | b':'),
            Part::Host | Part::Zone => true,
            Part::Fragment => false,
        },
        b'!' | b'(' | b')' | b'*' => part != Part::Fragment,
        _ => true,
    }
}

fn escaped(text: &str, part: Part) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_escaped(byte, part) {
            out.push_str(&format!("%{byte:02X}"));
        } else {
            out.push(char::from(byte));
        }
    }
    out
}
