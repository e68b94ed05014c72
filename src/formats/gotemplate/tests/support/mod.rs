//! Values from JSON, and the few functions that the recorded cases call. The program that asked Go has the same ones.

use std::any::Any;
use std::rc::Rc;

use seatrial_gotemplate::{
    Budget, Context, Data, Element, Failure, Function, IntKind, List, Map, MapKind, Object, ObjectKind, Templates,
    Text, Type, Value,
};
use serde_json::Value as Json;

/// Data of a case. An object with one key that begins with `$` is a value of another type than JSON has.
pub fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::nil(),
        Json::Bool(truth) => Value::bool(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Value::int(int),
            None => Value::float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::text(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value).collect()),
        Json::Object(entries) => {
            if let [(tag, inner)] = entries.iter().collect::<Vec<_>>().as_slice()
                && let Some(tag) = tag.strip_prefix('$')
            {
                return tagged(tag, inner);
            }
            Value::map(entries.iter().map(|(key, item)| (key.as_str(), value(item))).collect())
        }
    }
}

fn tagged(tag: &str, inner: &Json) -> Value {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let texts = || inner.as_array().into_iter().flatten().map(text);
    match tag {
        "int64" => Value::int_of(IntKind::Int64, inner.as_i64().unwrap_or_default()),
        "uint8" => Value::int_of(IntKind::Uint8, inner.as_i64().unwrap_or_default()),
        "uint64" => Value::int_of(IntKind::Uint64, inner.as_u64().unwrap_or_default().cast_signed()),
        "float" => Value::float(inner.as_f64().or(text(inner).parse().ok()).unwrap_or_default()),
        "texts" => Value::texts(texts()),
        "ints" => {
            let int = |json: &Json| Value::int(json.as_i64().unwrap_or_default());
            let items = inner.as_array().into_iter().flatten().map(int).collect();
            Data::List(List::of(Element::Int, items)).into()
        }
        "textmap" => {
            let entries = inner.as_object().into_iter().flatten();
            let entries = entries.map(|(key, item)| (Rc::from(key.as_str()), Value::text(text(item))));
            Value::map(Map::of(MapKind::Texts, entries.collect()))
        }
        "bytes" => Data::Bytes(text(inner).as_bytes().into()).into(),
        "nilmap" => Value::map(Map::nil(MapKind::Any)),
        "nillist" => Data::List(List::nil(Element::Any)).into(),
        "nilpointer" => Data::NilPointer("*main.Thing").into(),
        "thing" => Value::object(Rc::new(Thing { name: text(inner) })),
        _ => panic!("no such tag: {tag}"),
    }
}

/// A pointer to a struct with a field and methods.
#[derive(Debug)]
struct Thing {
    name: String,
}

impl Object for Thing {
    fn type_name(&self) -> &'static str {
        "*main.Thing"
    }

    fn kind(&self) -> ObjectKind {
        ObjectKind::Pointer
    }

    fn field(&self, name: &str) -> Option<Value> {
        (name == "Name").then(|| Value::text(self.name.as_str()))
    }

    fn methods(&self) -> &'static [Function] {
        const METHODS: &[Function] = &[
            Function::new("Greet", &[Type::Text], |_, arguments| {
                let own = arguments[0].downcast::<Thing>().map(|thing| thing.name.clone()).unwrap_or_default();
                Ok(Value::text(format!("{own}: {}", arguments[1].as_str().unwrap_or_default())))
            }),
            Function::new("Fail", &[], |_, _| Err("no luck".into())),
        ];
        METHODS
    }

    fn printed(&self) -> String {
        format!("{{{}}}", self.name)
    }

    fn plain(&self) -> Value {
        Value::nil()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// How many templates are within templates: a recursion without end would end Go.
fn depth(context: &mut Context<'_>, by: i32) -> i32 {
    context.world::<i32>().map_or(0, |depth| {
        *depth += by;
        *depth
    })
}

/// The functions of the cases.
pub const FUNCTIONS: &[Function] = &[
    Function::variadic("list", &[], Type::Any, |_, arguments| Ok(Value::list(arguments.to_vec()))).passing(),
    Function::variadic("dict", &[], Type::Any, |_, arguments| {
        let pair = |pair: &[Value]| Some((pair[0].as_str()?.to_owned(), pair.get(1)?.clone()));
        Ok(Value::map(arguments.chunks(2).filter_map(pair).collect()))
    })
    .passing(),
    Function::new("upper", &[Type::Text], |_, arguments| Ok(Value::text(text(&arguments[0]).to_uppercase()))),
    Function::new("repeat", &[Type::Int, Type::Text], |context: &mut Context<'_>, arguments| {
        let count = usize::try_from(arguments[0].as_int().unwrap_or_default()).unwrap_or_default();
        context.spend_bytes((count * text(&arguments[1]).len()) as u64)?;
        Ok(Value::text(text(&arguments[1]).repeat(count)))
    }),
    Function::new("boom", &[Type::Text], |_, arguments| Err(text(&arguments[0]).into())),
    Function::new("add", &[Type::Int, Type::Int], |_, arguments| {
        let sum = arguments.iter().filter_map(Value::as_int).fold(0_i64, i64::wrapping_add);
        Ok(Value::int(sum))
    }),
    Function::new("half", &[Type::Float], |_, arguments| {
        Ok(Value::float(arguments[0].as_float().unwrap_or_default() / 2.0))
    }),
    Function::new("negate", &[Type::Bool], |_, arguments| Ok(Value::bool(!arguments[0].is_true()))),
    Function::new("keys", &[Type::Map], |_, arguments| {
        let keys = arguments[0].as_map().map(|map| map.entries().keys().cloned().collect::<Vec<_>>());
        Ok(Value::texts(keys.unwrap_or_default()))
    }),
    Function::new("count", &[Type::List], |_, arguments| {
        let count = arguments[0].as_list().map_or(0, |list| list.items().len());
        Ok(Value::int(i64::try_from(count).unwrap_or_default()))
    }),
    Function::variadic("joined", &[Type::Text], Type::Text, |_, arguments| {
        Ok(Value::text(arguments[1..].iter().map(text).collect::<Vec<_>>().join(text(&arguments[0]))))
    }),
    Function::new("set", &[Type::Map, Type::Text, Type::Any], |_, arguments| {
        let map = arguments[0].as_map().ok_or("no map")?;
        if matches!(arguments[2].kind_name(), "map" | "slice" | "ptr") {
            return Err("not a plain value".into());
        }
        if map.is_nil() {
            return Err("assignment to entry in nil map".into());
        }
        map.insert(text(&arguments[1]), arguments[2].clone());
        Ok(arguments[0].clone())
    }),
    Function::new("anything", &[Type::Any], |_, arguments| Ok(arguments[0].clone())).passing(),
    Function::new("include", &[Type::Text, Type::Any], |context: &mut Context<'_>, arguments| {
        if depth(context, 1) > 50 {
            return Err("too deep".into());
        }
        let result = context.execute(text(&arguments[0]), arguments[1].clone());
        depth(context, -1);
        Ok(Value::text(result?))
    })
    .passing(),
    Function::new("tpl", &[Type::Text, Type::Any], |context: &mut Context<'_>, arguments| {
        if depth(context, 1) > 50 {
            return Err("too deep".into());
        }
        let result = context.execute_text("inner", &arguments[0], arguments[1].clone());
        depth(context, -1);
        Ok(Value::text(result?))
    })
    .passing(),
];

/// The output, or Go's error.
#[allow(dead_code, reason = "not all tests ask for it")]
pub fn answer(template: &str, data: Value, delimiters: (&str, &str)) -> Result<Text, Failure> {
    answer_of(Templates::new(FUNCTIONS).with_delimiters(delimiters.0, delimiters.1), template, data)
}

/// The same of a set with options.
#[allow(dead_code, reason = "not all tests ask for it")]
pub fn answer_of(templates: Templates, template: &str, data: Value) -> Result<Text, Failure> {
    let mut templates = templates.with_name("case");
    templates.parse("case", 0, template)?;
    let mut budget = Budget { steps: 1_000_000, bytes: 64 << 20, ..Budget::default() };
    let rendered = templates.execute("case", data, &mut budget, &mut 0_i32)?;
    Ok(rendered.text)
}
