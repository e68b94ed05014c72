//! `semver` and `semverCompare` (sprig: `semver.go`).

use std::any::Any;
use std::rc::Rc;

use seatrial_golang::quote::quote;
use seatrial_golang::semver::{Constraints, Version};
use seatrial_gotemplate::{Failure, Function, IntKind, Object, ObjectKind, Type, Value};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("semver", &[Type::Text], |_, arguments| {
        let text = arguments[0].as_str().unwrap_or_default();
        Ok(Value::object(Rc::new(Semver { version: version(text)?, original: text.to_owned(), is_pointer: true })))
    }),
    Function::new("semverCompare", &[Type::Text, Type::Text], |_, arguments| {
        let [range, text] = [0, 1].map(|index| arguments[index].as_str().unwrap_or_default());
        let range =
            Constraints::parse(range).map_err(|_| Failure::from(format!("improper constraint: {}", quote(range))))?;
        Ok(Value::bool(range.has(&version(text)?)))
    }),
];

fn version(text: &str) -> Result<Version, Failure> {
    Version::parse(text).map_err(|error| {
        if error.contains("begins with a zero") {
            return "version segment starts with 0".into();
        }
        match error.strip_suffix("` is too large for a part of a version") {
            Some(number) => {
                let number = quote(number.trim_start_matches('`'));
                let reason = format!("strconv.ParseUint: parsing {number}: value out of range");
                format!("error parsing version segment: {reason}").into()
            }
            None => Failure::from("invalid semantic version"),
        }
    })
}

/// `*semver.Version`, and `semver.Version`, of which Go finds fewer methods.
#[derive(Clone, Debug)]
struct Semver {
    version: Version,
    original: String,
    is_pointer: bool,
}

impl Semver {
    fn of(version: Version) -> Value {
        let original = version.to_string();
        Value::object(Rc::new(Semver { version, original, is_pointer: false }))
    }

    /// A higher version: pre-release and metadata go.
    fn raised(&self, what: &str, raise: fn(&mut Version) -> Option<()>) -> Result<Value, Failure> {
        let mut version = self.version.clone();
        raise(&mut version).ok_or_else(|| format!("{what} version increment would overflow uint64"))?;
        (version.pre, version.metadata) = (String::new(), String::new());
        Ok(Semver::of(version))
    }
}

fn own(arguments: &[Value]) -> Result<&Semver, Failure> {
    arguments[0].downcast::<Semver>().ok_or_else(|| "not a version".into())
}

/// How the first two arguments compare: -1, 0 or 1.
fn order(arguments: &[Value]) -> Result<i64, Failure> {
    let other =
        arguments[1].downcast::<Semver>().ok_or("runtime error: invalid memory address or nil pointer dereference")?;
    Ok(own(arguments)?.version.precedence(&other.version) as i64)
}

const OTHER: Type = Type::Object("*semver.Version");

#[allow(clippy::cast_possible_wrap, reason = "the bits are those of Go's uint64")]
const METHODS: &[Function] = &[
    Function::new("Major", &[], |_, a| Ok(Value::int_of(IntKind::Uint64, own(a)?.version.major as i64))),
    Function::new("Minor", &[], |_, a| Ok(Value::int_of(IntKind::Uint64, own(a)?.version.minor as i64))),
    Function::new("Patch", &[], |_, a| Ok(Value::int_of(IntKind::Uint64, own(a)?.version.patch as i64))),
    Function::new("Prerelease", &[], |_, a| Ok(Value::text(own(a)?.version.pre.as_str()))),
    Function::new("Metadata", &[], |_, a| Ok(Value::text(own(a)?.version.metadata.as_str()))),
    Function::new("String", &[], |_, a| Ok(Value::text(own(a)?.version.to_string()))),
    Function::new("IncMajor", &[], |_, a| {
        own(a)?.raised("major", |v| {
            (v.major, v.minor, v.patch) = (v.major.checked_add(1)?, 0, 0);
            Some(())
        })
    }),
    Function::new("IncMinor", &[], |_, a| {
        own(a)?.raised("minor", |v| {
            (v.minor, v.patch) = (v.minor.checked_add(1)?, 0);
            Some(())
        })
    }),
    Function::new("IncPatch", &[], |_, a| {
        own(a)?.raised("patch", |v| {
            v.patch = v.patch.checked_add(u64::from(v.pre.is_empty()))?;
            Some(())
        })
    }),
    Function::new("SetPrerelease", &[Type::Text], |_, a| {
        let mut version = own(a)?.version.clone();
        a[1].as_str().unwrap_or_default().clone_into(&mut version.pre);
        Ok(Semver::of(version))
    }),
    Function::new("SetMetadata", &[Type::Text], |_, a| {
        let mut version = own(a)?.version.clone();
        a[1].as_str().unwrap_or_default().clone_into(&mut version.metadata);
        Ok(Semver::of(version))
    }),
    // From here on, only a pointer has them.
    Function::new("Original", &[], |_, a| Ok(Value::text(own(a)?.original.as_str()))),
    Function::new("Compare", &[OTHER], |_, a| Ok(Value::int(order(a)?))),
    Function::new("Equal", &[OTHER], |_, a| Ok(Value::bool(order(a)? == 0))),
    Function::new("GreaterThan", &[OTHER], |_, a| Ok(Value::bool(order(a)? > 0))),
    Function::new("GreaterThanEqual", &[OTHER], |_, a| Ok(Value::bool(order(a)? >= 0))),
    Function::new("LessThan", &[OTHER], |_, a| Ok(Value::bool(order(a)? < 0))),
    Function::new("LessThanEqual", &[OTHER], |_, a| Ok(Value::bool(order(a)? <= 0))),
];

impl Object for Semver {
    fn type_name(&self) -> &'static str {
        if self.is_pointer { "*semver.Version" } else { "semver.Version" }
    }

    fn kind(&self) -> ObjectKind {
        if self.is_pointer { ObjectKind::Pointer } else { ObjectKind::Struct }
    }

    fn methods(&self) -> &'static [Function] {
        let of_value = METHODS.iter().take_while(|method| method.name != "Original").count();
        if self.is_pointer { METHODS } else { &METHODS[..of_value] }
    }

    fn printed(&self) -> String {
        self.version.to_string()
    }

    fn is_stringer(&self) -> bool {
        true
    }

    fn plain(&self) -> Value {
        Value::text(self.version.to_string())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
