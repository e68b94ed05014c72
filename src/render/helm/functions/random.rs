//! What is random in Helm, and made of the world's seed here: `randAlphaNum`, `uuidv4`, `shuffle` and their relatives (sprig: `strings.go`,
//! `crypto.go`).

use seatrial_gotemplate::{Context, Failure, Function, Type, Value};

use super::json;
use crate::cluster::world;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("randAlphaNum", &[Type::Int], |context, a| letters(context, "randAlphaNum", &a[0], ALPHANUMERIC)),
    Function::new("randAlpha", &[Type::Int], |context, a| letters(context, "randAlpha", &a[0], &ALPHANUMERIC[10..])),
    Function::new("randNumeric", &[Type::Int], |context, a| {
        letters(context, "randNumeric", &a[0], &ALPHANUMERIC[..10])
    }),
    Function::new("randAscii", &[Type::Int], |context, a| {
        let ascii: Vec<u8> = (32..127).collect();
        letters(context, "randAscii", &a[0], &ascii)
    }),
    Function::new("randBytes", &[Type::Int], |context, a| {
        let count = a[0].as_int().unwrap_or_default();
        let count = usize::try_from(count).map_err(|_| "runtime error: makeslice: len out of range")?;
        context.spend_bytes(count as u64 * 2)?;
        let mut bytes = vec![0; count];
        world::random(context, "randBytes")?.fill(&mut bytes);
        Ok(Value::text(json::base64(&bytes)))
    }),
    Function::new("randInt", &[Type::Int, Type::Int], |context, a| {
        let [least, end] = [0, 1].map(|index| a[index].as_int().unwrap_or_default());
        let count = u64::try_from(end.wrapping_sub(least)).ok().filter(|count| *count > 0);
        let count = count.ok_or("invalid argument to Intn")?;
        let number = world::random(context, "randInt")?.below(count);
        Ok(Value::int(least.wrapping_add(number.cast_signed())))
    }),
    Function::new("uuidv4", &[], |context, _| {
        let mut bytes: [u8; 16] = world::random(context, "uuidv4")?.bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Value::text([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")))
    }),
    Function::new("shuffle", &[Type::Text], |context, a| {
        let mut letters: Vec<char> = a[0].as_str().unwrap_or_default().chars().collect();
        let mut random = world::random(context, "shuffle")?;
        for at in (1..letters.len()).rev() {
            let other = usize::try_from(random.below(at as u64 + 1)).unwrap_or_default();
            letters.swap(at, other);
        }
        Ok(Value::text(letters.into_iter().collect::<String>()))
    }),
];

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn letters(
    context: &mut Context<'_>,
    function: &'static str,
    count: &Value,
    alphabet: &[u8],
) -> Result<Value, Failure> {
    // sprig does not look at the error that a negative number is.
    let count = u64::try_from(count.as_int().unwrap_or_default()).unwrap_or_default();
    context.spend_bytes(count)?;
    context.spend(count / 8)?;
    let mut random = world::random(context, function)?;
    let letter = |_| {
        let index = usize::try_from(random.below(alphabet.len() as u64)).unwrap_or_default();
        alphabet.get(index).map_or(' ', |byte| char::from(*byte))
    };
    Ok(Value::text((0..count).map(letter).collect::<String>()))
}
