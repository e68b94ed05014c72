//! `.Files`: the files of a chart that are not templates (Helm: `files.go`).

use std::any::Any;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seatrial_golang::regexp;
use seatrial_gotemplate::{
    Context, Data, Failure, Function, Map, MapKind, Marks, Object, ObjectKind, Text, Type, Value,
};

use crate::chart::{Chart, ChartFile};
use crate::functions::{base, to_yaml};

/// What is in a file, and its marks.
#[derive(Clone, Debug)]
pub struct File {
    /// The bytes.
    pub data: Rc<[u8]>,
    /// Where it is from.
    pub marks: Marks,
}

/// `engine.files`
#[derive(Clone, Debug)]
pub struct Files(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Whose files they are, where they were not looked at yet.
    chart: Option<Arc<Chart>>,
    all: OnceCell<BTreeMap<Rc<str>, File>>,
}

impl Files {
    /// Files by their paths in the chart.
    #[must_use]
    pub fn new(files: impl IntoIterator<Item = (Rc<str>, File)>) -> Files {
        Files(Rc::new(Inner { chart: None, all: OnceCell::from(files.into_iter().collect::<BTreeMap<_, _>>()) }))
    }

    /// The files of a chart, which are read when a template asks for the first of them: most charts never do.
    pub(crate) fn of(chart: &Arc<Chart>) -> Files {
        Files(Rc::new(Inner { chart: Some(Arc::clone(chart)), all: OnceCell::new() }))
    }

    fn all(&self) -> &BTreeMap<Rc<str>, File> {
        let read = |file: &ChartFile| {
            let data = Rc::from(&*file.bytes().ok()?);
            Some((Rc::from(file.name()), File { data, marks: Marks::NONE }))
        };
        self.0.all.get_or_init(|| self.0.chart.iter().flat_map(|chart| &chart.files).filter_map(read).collect())
    }

    /// The value for templates.
    #[must_use]
    pub fn value(self) -> Value {
        Value::object(Rc::new(self))
    }

    fn texts(&self, encode: fn(&[u8]) -> Text) -> Value {
        let name = |path: &str| Rc::from(base(path));
        let entry = |(path, file): (&Rc<str>, &File)| {
            (name(path), Value::text(encode(&file.data)).with_marks(file.marks.clone()))
        };
        Value::map(Map::of(MapKind::Texts, self.all().iter().map(entry).collect()))
    }
}

fn own(arguments: &[Value]) -> Result<&Files, Failure> {
    arguments[0].downcast::<Files>().ok_or_else(|| "not files".into())
}

fn file(arguments: &[Value]) -> Result<Option<&File>, Failure> {
    Ok(own(arguments)?.all().get(arguments[1].as_str().unwrap_or_default()))
}

const METHODS: &[Function] = &[
    Function::new("Get", &[Type::Text], |_, a| {
        let text = |file: &File| Value::text(Text::from_bytes(&file.data)).with_marks(file.marks.clone());
        Ok(file(a)?.map_or_else(|| Value::text(""), text))
    }),
    Function::new("GetBytes", &[Type::Text], |_, a| {
        let bytes = |file: &File| Value::from(Data::Bytes(file.data.clone())).with_marks(file.marks.clone());
        Ok(file(a)?.map_or_else(|| Data::Bytes([].into()).into(), bytes))
    }),
    Function::new("Glob", &[Type::Text], |context, a| {
        let files = own(a)?;
        context.spend(files.all().len() as u64)?;
        let pattern = glob(a[1].as_str().unwrap_or_default()).and_then(|pattern| regexp::compile(&pattern).ok());
        let fits = |path: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(path));
        let found = files.all().iter().filter(|(path, _)| fits(path));
        Ok(Files::new(found.map(|(path, file)| (path.clone(), file.clone()))).value())
    }),
    Function::new("Lines", &[Type::Text], |_, a| {
        let Some(file) = file(a)?.filter(|file| !file.data.is_empty()) else { return Ok(Value::texts([""; 0])) };
        let text = Text::from_bytes(&file.data);
        let lines = text.strip_suffix('\n').unwrap_or(&text).split('\n').map(Text::from).collect::<Vec<_>>();
        Ok(Value::texts(lines).with_marks(file.marks.clone()))
    }),
    Function::new("AsConfig", &[], |context, a| as_yaml(context, &own(a)?.texts(Text::from_bytes))),
    Function::new("AsSecrets", &[], |context, a| {
        as_yaml(context, &own(a)?.texts(|data| Text::from(STANDARD.encode(data))))
    }),
];

fn as_yaml(context: &mut Context<'_>, value: &Value) -> Result<Value, Failure> {
    match to_yaml(context, value) {
        Ok(text) => Ok(Value::text(text)),
        Err(failure) if failure.is_limit => Err(failure),
        Err(_) => Ok(Value::text("")),
    }
}

impl Object for Files {
    fn type_name(&self) -> &'static str {
        "engine.files"
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Map
    }

    fn field(&self, name: &str) -> Option<Value> {
        // Of a missing file Go gives the zero value.
        let Some(file) = self.all().get(name) else { return Some(Data::Bytes([].into()).into()) };
        Some(Value::from(Data::Bytes(file.data.clone())).with_marks(file.marks.clone()))
    }

    fn methods(&self) -> &'static [Function] {
        METHODS
    }

    fn items(&self) -> Vec<(Value, Value)> {
        let item = |(path, file): (&Rc<str>, &File)| {
            let data = Value::from(Data::Bytes(file.data.clone())).with_marks(file.marks.clone());
            (Value::text(path.clone()).with_marks(file.marks.clone()), data)
        };
        self.all().iter().map(item).collect()
    }

    fn printed(&self) -> String {
        let bytes = |data: &[u8]| data.iter().map(u8::to_string).collect::<Vec<_>>().join(" ");
        let one = |(path, file): (&Rc<str>, &File)| format!("{path}:[{}]", bytes(&file.data));
        format!("map[{}]", self.all().iter().map(one).collect::<Vec<_>>().join(" "))
    }

    fn plain(&self) -> Value {
        let entry = |(path, file): (&Rc<str>, &File)| {
            (path.clone(), Value::from(Data::Bytes(file.data.clone())).with_marks(file.marks.clone()))
        };
        Value::map(self.all().iter().map(entry).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A pattern of `github.com/gobwas/glob` with `/` as separator, as a regular expression; `None` where it is not one.
fn glob(pattern: &str) -> Option<String> {
    let mut out = String::from(r"^(?s:");
    let mut rest = pattern;
    let mut depth = 0;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' if rest.starts_with('*') => {
                rest = rest.trim_start_matches('*');
                out.push_str(".*");
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => {
                let end = rest.find(']')?;
                out.push_str(&class(&rest[..end])?);
                rest = &rest[end + 1..];
            }
            '{' => {
                depth += 1;
                out.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                out.push(')');
            }
            ',' if depth > 0 => out.push('|'),
            '\\' => {
                let escaped = rest.chars().next()?;
                rest = &rest[escaped.len_utf8()..];
                out.push_str(&regexp::quote_meta(escaped.encode_utf8(&mut [0; 4])));
            }
            c => out.push_str(&regexp::quote_meta(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push_str(")$");
    // An alternative that is never closed matches nothing.
    Some(if depth == 0 { out } else { "a^".to_owned() })
}

/// `abc`, `a-z`, each also behind a `!`.
fn class(inside: &str) -> Option<String> {
    let (not, inside) = inside.strip_prefix('!').map_or(("", inside), |rest| ("^", rest));
    let mut chars = inside.chars();
    let escaped = |c: char| format!("\\x{{{:x}}}", u32::from(c));
    let content = match (chars.next()?, chars.next(), chars.next(), chars.next()) {
        (from, Some('-'), Some(to), None) if from <= to => format!("{}-{}", escaped(from), escaped(to)),
        (_, Some('-'), ..) => return None,
        _ => inside.chars().map(escaped).collect(),
    };
    Some(format!("[{not}{content}]"))
}
