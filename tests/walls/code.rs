//! A Rust text as the walls see it: tokens, so that comments and strings do not count and line breaks do not matter.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Lints that are walls, and the groups that they are in.
const WALLS: [&str; 8] = [
    "disallowed_methods",
    "disallowed_types",
    "disallowed_macros",
    "print_stdout",
    "print_stderr",
    "style",
    "all",
    "warnings",
];

/// What a file says of its module.
#[derive(Debug, Default)]
pub(crate) struct Code {
    /// Modules that are files.
    pub(crate) modules: Vec<Submodule>,
    /// Names that stand directly in the crate's root and are used outside of test code: `crate::a::b` uses `a`; a glob is `*`.
    pub(crate) uses: BTreeSet<String>,
    /// Names that a root file re-exports or imports, and the names in the root that they come from.
    pub(crate) imports: BTreeMap<String, String>,
    /// Attributes outside of test code that silence a wall.
    pub(crate) silenced: Vec<String>,
}

/// `mod name;`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Submodule {
    /// From the file's own module; longer than one name if it stands in an inline module.
    pub(crate) path: Vec<String>,
    /// The texts of `#[path = …]`, one for each platform if that is chosen by `cfg_attr`.
    pub(crate) files: Vec<String>,
    /// Whether only tests are compiled with it.
    pub(crate) is_test: bool,
}

impl Code {
    /// Reads the text of a module whose names from the root are given.
    pub(crate) fn read(text: &str, module: &[String], is_test: bool) -> Code {
        let stream: TokenStream = text.parse().expect("Rust");
        let mut code = Code::default();
        Walk { code: &mut code, outer: module.len() }.items(stream, &mut module.to_vec(), is_test);
        code
    }
}

struct Walk<'a> {
    code: &'a mut Code,
    /// How many names of a module's path are the file's own.
    outer: usize,
}

impl Walk<'_> {
    fn items(&mut self, stream: TokenStream, module: &mut Vec<String>, mut is_test: bool) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            let (inner, outer, behind) = attributes(&tokens, at);
            is_test |= inner.iter().any(is_for_tests);
            let item_is_test = is_test || outer.iter().any(is_for_tests);
            self.silencing(inner.iter().filter(|_| !is_test));
            self.silencing(outer.iter().filter(|_| !item_is_test));
            // Without attributes of its own a token is looked at alone.
            let end = if outer.is_empty() { behind + 1 } else { item_end(&tokens, behind) };
            at = behind;
            while at < end.min(tokens.len()) {
                at += self.token(&tokens, at, &outer, module, item_is_test);
            }
        }
    }

    /// Looks at what begins at a token; how many tokens it was.
    fn token(
        &mut self,
        tokens: &[TokenTree],
        at: usize,
        attributes: &[TokenStream],
        module: &mut Vec<String>,
        is_test: bool,
    ) -> usize {
        match (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2)) {
            (Some(TokenTree::Ident(word)), Some(TokenTree::Ident(name)), Some(next)) if word == "mod" => {
                module.push(name.to_string());
                match next {
                    TokenTree::Group(body) => self.items(body.stream(), module, is_test),
                    _ => {
                        let path = module[self.outer..].to_vec();
                        let files = attributes.iter().filter_map(path_of).collect();
                        self.code.modules.push(Submodule { path, files, is_test });
                    }
                }
                module.pop();
                3
            }
            (Some(TokenTree::Ident(word)), ..) if ["crate", "super", "use"].iter().any(|known| word == known) => {
                if !is_test {
                    self.path(tokens, at, module);
                }
                1
            }
            (Some(TokenTree::Group(group)), ..) => {
                self.items(group.stream(), module, is_test);
                1
            }
            _ => 1,
        }
    }

    /// Reads the path that begins at `crate` or the first `super`, and what a `use` in the root imports.
    fn path(&mut self, tokens: &[TokenTree], at: usize, module: &[String]) {
        let is = |at: usize, word: &str| matches!(tokens.get(at), Some(TokenTree::Ident(ident)) if ident == word);
        if is(at, "use") {
            if module.is_empty() {
                self.imported(tokens, at + 1);
            }
            return;
        }
        // `pub(in crate::a)` says who may see something, and `super::super` is read from its first word on.
        let is_continued = at >= 3 && is(at, "super") && is_colons(tokens, at - 2) && is(at - 3, "super");
        if at > 0 && (is(at - 1, "in") || is_continued) {
            return;
        }
        let (mut behind, mut up) = (at, 0);
        while is(behind, "super") && is_colons(tokens, behind + 1) {
            (behind, up) = (behind + 3, up + 1);
        }
        let is_root = if up == 0 { is(at, "crate") } else { up >= module.len() };
        if up == 0 && is_root {
            if !is_colons(tokens, at + 1) {
                return;
            }
            behind = at + 3;
        }
        if is_root {
            self.code.uses.extend(leaves(&tokens[behind.min(tokens.len())..]).into_iter().map(|(first, _)| first));
        }
    }

    fn imported(&mut self, tokens: &[TokenTree], at: usize) {
        let is_crate = matches!(tokens.get(at), Some(TokenTree::Ident(word)) if word == "crate" || word == "self");
        let begin = if is_crate && is_colons(tokens, at + 1) { at + 3 } else { at };
        let names = leaves(&tokens[begin.min(tokens.len())..]);
        self.code.imports.extend(names.into_iter().map(|(first, last)| (last, first)));
    }

    fn silencing<'t>(&mut self, attributes: impl Iterator<Item = &'t TokenStream>) {
        for attribute in attributes {
            let words = words(attribute);
            let is_silencing = words.iter().any(|word| word == "allow" || word == "expect");
            if is_silencing && words.iter().any(|word| WALLS.contains(&word.as_str())) {
                self.code.silenced.push(attribute.to_string());
            }
        }
    }
}

/// The first and the last name of every path of a use tree: `a::{b, c as d}` has `(a, b)` and `(a, d)`.
fn leaves(tokens: &[TokenTree]) -> Vec<(String, String)> {
    let mut first = None;
    let mut last = String::new();
    let mut at = 0;
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(word)) => last = word.to_string(),
            Some(TokenTree::Punct(star)) if star.as_char() == '*' => "*".clone_into(&mut last),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
                let each = inside.split(is_comma).filter(|part| !part.is_empty()).flat_map(leaves);
                return each.map(|(own, leaf)| (first.clone().unwrap_or(own), leaf)).collect();
            }
            _ => break,
        }
        first.get_or_insert_with(|| last.clone());
        if is_colons(tokens, at + 1) {
            at += 3;
            continue;
        }
        if let (Some(TokenTree::Ident(word)), Some(TokenTree::Ident(name))) = (tokens.get(at + 1), tokens.get(at + 2))
            && word == "as"
        {
            last = name.to_string();
        }
        break;
    }
    first.map(|first| (first, last)).into_iter().collect()
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |token: Option<&TokenTree>| match token {
        Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => Some(punct.spacing()),
        _ => None,
    };
    colon(tokens.get(at)) == Some(Spacing::Joint) && colon(tokens.get(at + 1)).is_some()
}

/// The inner and outer attributes that begin at a token, and where what is behind them begins.
fn attributes(tokens: &[TokenTree], mut at: usize) -> (Vec<TokenStream>, Vec<TokenStream>, usize) {
    let (mut inner, mut outer) = (Vec::new(), Vec::new());
    let is = |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == sign);
    while is(at, '#') {
        let bang = usize::from(is(at + 1, '!'));
        match tokens.get(at + 1 + bang) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
                if bang == 1 { &mut inner } else { &mut outer }.push(group.stream());
            }
            _ => break,
        }
        at += 2 + bang;
    }
    (inner, outer, at)
}

/// Words that an item begins with; fields, arms and arguments, which end at a comma, begin with others.
const ITEMS: [&str; 14] = [
    "async", "const", "enum", "extern", "fn", "impl", "mod", "pub", "static", "struct", "trait", "type", "unsafe",
    "use",
];

/// Behind the item that begins at a token.
fn item_end(tokens: &[TokenTree], at: usize) -> usize {
    let is_item = matches!(tokens.get(at), Some(TokenTree::Ident(word)) if ITEMS.iter().any(|known| word == known));
    let ends = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == ';' || (punct.as_char() == ',' && !is_item),
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        _ => false,
    };
    tokens[at..].iter().position(ends).map_or(tokens.len(), |length| at + length + 1)
}

/// `cfg(test)`, and `cfg(all(test, …))`.
fn is_for_tests(attribute: &TokenStream) -> bool {
    let text: String = attribute.to_string().split_whitespace().collect();
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// The text of `path = "…"` and `cfg_attr(…, path = "…")`.
fn path_of(attribute: &TokenStream) -> Option<String> {
    let text: String = attribute.to_string().split_whitespace().collect();
    let is_path = text.starts_with("path=") || text.starts_with("cfg_attr(");
    let (_, told) = text.split_once("path=\"").filter(|_| is_path)?;
    told.split('"').next().map(str::to_owned)
}

fn words(stream: &TokenStream) -> Vec<String> {
    let words = stream.clone().into_iter().flat_map(|token| match token {
        TokenTree::Ident(word) => vec![word.to_string()],
        TokenTree::Group(group) => words(&group.stream()),
        _ => Vec::new(),
    });
    words.collect()
}

#[test]
fn a_text_is_read_by_its_tokens() {
    let text = r##"
        //! crate::commented::out
        #![cfg_attr(
            feature = "x",
            expect(clippy::disallowed_methods, reason = "not in a test")
        )]
        mod file;
        #[cfg(test)]
        mod tests;
        #[cfg(test)]
        #[cfg_attr(unix, path = "other/unix.rs")]
        #[cfg_attr(not(unix), path = "other/place.rs")]
        mod elsewhere;
        use crate::{first::A, second::{self, B as C}};
        pub(in crate::unseen) use super::super::third::D;
        use super::sibling::E;
        fn f() { let _ = ("crate::quoted", r#"crate::raw"#, 'c'); println!("{}", crate::fourth::x::<'static>()); }
        /* crate::also_out */
        mod inner { use super::super::super::fifth; use super::own; mod below; }
        #[allow(dead_code)]
        #[cfg(test)]
        mod inline { use crate::tested; #[allow(clippy::disallowed_methods)] fn f() {} }
        #[cfg(test)]
        fn h<A, B>() { crate::of_a_test() }
        #[allow(
            clippy::all,
        )]
        fn g() { #[allow(unused)] let x = crate::sixth::Y; }
    "##;
    let code = Code::read(text, &["here".to_owned(), "file".to_owned()], false);
    let uses: Vec<&str> = code.uses.iter().map(String::as_str).collect();
    assert_eq!(uses, ["fifth", "first", "fourth", "second", "sixth", "third"]);
    let module = |path: &[&str], files: &[&str], is_test| {
        let path = path.iter().map(|&name| name.to_owned()).collect();
        Submodule { path, files: files.iter().map(|&file| file.to_owned()).collect(), is_test }
    };
    let expected = [
        module(&["file"], &[], false),
        module(&["tests"], &[], true),
        module(&["elsewhere"], &["other/unix.rs", "other/place.rs"], true),
        module(&["inner", "below"], &[], false),
    ];
    assert_eq!(code.modules, expected);
    assert_eq!(code.silenced.len(), 2, "{:?}", code.silenced);
}

#[test]
fn a_root_knows_where_its_names_come_from() {
    let code = Code::read("pub use a::b::C; use crate::d::{E, f as g}; use std::fmt::Write;", &[], false);
    let imports: Vec<(&str, &str)> = code.imports.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(imports, [("C", "a"), ("E", "d"), ("Write", "std"), ("g", "d")]);
    assert_eq!(code.uses.len(), 1);
}
