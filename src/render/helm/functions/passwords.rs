//! Passwords and what is encrypted with them: `bcrypt`, `htpasswd`, `derivePassword`, `encryptAES` (sprig: `crypto.go`).

use aes::Aes256;
use aes::cipher::{BlockDecrypt as _, BlockEncrypt as _, KeyInit as _};
use blowfish::Blowfish;
use hmac::{Hmac, Mac as _};
use seatrial_gotemplate::{Context, Failure, Function, Text, Type, Value};
use sha2::Sha256;

use super::encodings::decode_64;
use super::json;
use crate::cluster::world;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("bcrypt", &[Type::Text], |context, a| Ok(Value::text(bcrypt(context, "bcrypt", bytes(&a[0]))?))),
    Function::new("htpasswd", &[Type::Text, Type::Text], |context, a| {
        let name = a[0].as_str().unwrap_or_default();
        if name.contains(':') {
            return Ok(Value::text(format!("invalid username: {name}")));
        }
        Ok(Value::text(format!("{name}:{}", bcrypt(context, "htpasswd", bytes(&a[1]))?)))
    }),
    Function::new("derivePassword", &[Type::Uint32, Type::Text, Type::Text, Type::Text, Type::Text], |context, a| {
        // About a tenth of a second.
        context.spend(200_000)?;
        let counter = u32::try_from(a[0].as_int().unwrap_or_default()).unwrap_or_default();
        derive(counter, a[1].as_str().unwrap_or_default(), [bytes(&a[2]), bytes(&a[3]), bytes(&a[4])])
    }),
    Function::new("encryptAES", &[Type::Text, Type::Text], |context, a| encrypt(context, bytes(&a[0]), bytes(&a[1]))),
    Function::new("decryptAES", &[Type::Text, Type::Text], |_, a| decrypt(bytes(&a[0]), bytes(&a[1]))),
];

fn bytes(value: &Value) -> &[u8] {
    value.as_text().map(Text::bytes).unwrap_or_default()
}

const BCRYPT_ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BCRYPT_COST: u32 = 10;

fn bcrypt(context: &mut Context<'_>, function: &'static str, password: &[u8]) -> Result<String, Failure> {
    if password.len() > 72 {
        let error = "bcrypt: password length exceeds 72 bytes";
        return Ok(format!("failed to encrypt string with bcrypt: {error}"));
    }
    // About a twentieth of a second.
    context.spend(100_000)?;
    let salt: [u8; 16] = world::random(context, function)?.bytes();
    Ok(bcrypt_of(password, &salt))
}

fn bcrypt_of(password: &[u8], salt: &[u8; 16]) -> String {
    let key: Vec<u8> = password.iter().copied().chain([0]).collect();
    let mut state: Blowfish = Blowfish::bc_init_state();
    state.salted_expand_key(salt, &key);
    for _ in 0..1_u32 << BCRYPT_COST {
        state.bc_expand_key(&key);
        state.bc_expand_key(salt);
    }
    let mut out = Vec::new();
    for pair in b"OrpheanBeholderScryDoubt".chunks(8) {
        let half = |at: usize| pair[at..at + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let mut words = [half(0), half(4)];
        for _ in 0..64 {
            words = state.bc_encrypt(words);
        }
        out.extend(words.iter().flat_map(|word| word.to_be_bytes()));
    }
    format!("$2a${BCRYPT_COST}${}{}", bcrypt_64(salt), bcrypt_64(&out[..23]))
}

/// Base 64 with the alphabet of bcrypt, without padding.
fn bcrypt_64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or_default()));
        for at in 0..=chunk.len() {
            out.push(char::from(BCRYPT_ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]));
        }
    }
    out
}

const SEED: &[u8] = b"com.lyndir.masterpassword";

/// Shapes of passwords: each letter stands for one of [`characters`].
fn shapes(kind: &str) -> &'static [&'static str] {
    match kind {
        "maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        "long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        "medium" => &["CvcnoCvc", "CvcCvcno"],
        "short" => &["Cvcn"],
        "basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        "pin" => &["nnnn"],
        _ => &[],
    }
}

fn characters(letter: u8) -> &'static [u8] {
    match letter {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// What Master Password derives; of `password`, `user` and `site`.
fn derive(counter: u32, kind: &str, [password, user, site]: [&[u8]; 3]) -> Result<Value, Failure> {
    let shapes = shapes(kind);
    if shapes.is_empty() {
        return Ok(Value::text(format!("cannot find password template {kind}")));
    }
    let with_length = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
        [SEED, &length, bytes].concat()
    };
    let mut key = [0; 64];
    let cost = scrypt::Params::new(15, 8, 2, 64).map_err(|error| Failure::from(error.to_string()))?;
    scrypt::scrypt(password, &with_length(user), &cost, &mut key).map_err(|error| Failure::from(error.to_string()))?;
    let mut mac =
        <Hmac<Sha256> as hmac::Mac>::new_from_slice(&key).map_err(|error| Failure::from(error.to_string()))?;
    mac.update(&with_length(site));
    mac.update(&counter.to_be_bytes());
    let seed = mac.finalize().into_bytes();
    let shape = shapes[usize::from(seed[0]) % shapes.len()];
    let letter = |(letter, chosen): (u8, &u8)| {
        let all = characters(letter);
        char::from(all[usize::from(*chosen) % all.len()])
    };
    Ok(Value::text(shape.bytes().zip(&seed[1..]).map(letter).collect::<String>()))
}

fn cipher(password: &[u8]) -> Aes256 {
    let mut key = [0_u8; 32];
    key.iter_mut().zip(password).for_each(|(to, from)| *to = *from);
    Aes256::new(&key.into())
}

fn encrypt(context: &mut Context<'_>, password: &[u8], text: &[u8]) -> Result<Value, Failure> {
    if text.is_empty() {
        return Ok(Value::text(""));
    }
    context.spend_bytes(text.len() as u64 * 2)?;
    let mut before: [u8; 16] = world::random(context, "encryptAES")?.bytes();
    let mut out = before.to_vec();
    let padding = 16 - text.len() % 16;
    let fill = u8::try_from(padding).unwrap_or_default();
    let padded: Vec<u8> = text.iter().copied().chain(std::iter::repeat_n(fill, padding)).collect();
    let cipher = cipher(password);
    for block in padded.chunks(16) {
        before.iter_mut().zip(block).for_each(|(to, from)| *to ^= from);
        let mut block = before.into();
        cipher.encrypt_block(&mut block);
        before = block.into();
        out.extend(before);
    }
    Ok(Value::text(json::base64(&out)))
}

fn decrypt(password: &[u8], text: &[u8]) -> Result<Value, Failure> {
    if text.is_empty() {
        return Ok(Value::text(""));
    }
    let bytes = decode_64(text)?;
    let Some((first, rest)) = bytes.split_at_checked(16) else {
        let have = text.len() / 4 * 3;
        return Err(format!("runtime error: slice bounds out of range [:16] with capacity {have}").into());
    };
    if !rest.len().is_multiple_of(16) {
        return Err("crypto/cipher: input not full blocks".into());
    }
    let cipher = cipher(password);
    let mut before = first;
    let mut out = Vec::with_capacity(rest.len());
    for block in rest.chunks(16) {
        let sized: [u8; 16] = block.try_into().unwrap_or_default();
        let mut plain = sized.into();
        cipher.decrypt_block(&mut plain);
        out.extend(plain.iter().zip(before).map(|(one, other)| one ^ other));
        before = block;
    }
    let Some(padding) = out.last().copied() else {
        return Err("runtime error: index out of range [-1]".into());
    };
    let Some(length) = out.len().checked_sub(padding.into()) else {
        let over = i64::try_from(out.len()).unwrap_or_default() - i64::from(padding);
        return Err(format!("runtime error: slice bounds out of range [:{over}]").into());
    };
    Ok(Value::text(Text::from_bytes(&out[..length])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bcrypt_is_what_others_make() {
        // The salt of a well-known example, whose characters stand for these bytes.
        let salt = [0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10];
        let hash = bcrypt_of(b"U*U", &salt);
        assert!(hash.starts_with("$2a$10$CCCCCCCCCCCCCCCCCCCCC.") && hash.len() == 60, "{hash}");
    }
}
