//! Private keys: made of the world's seed, written and read as PEM (sprig: `crypto.go`).

use ed25519_dalek::Signer as _;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _};
use rsa::signature::SignatureEncoding as _;
use rsa::{BigUint, RsaPrivateKey};
use seatrial_gotemplate::{Context, Failure, Function, Type, Value};
use sha2::{Digest as _, Sha256};

use super::der::{self, OCTET_STRING, OID, SEQUENCE, nested, tlv};
use super::primes::prime;
use crate::world::{self, Random};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[Function::new("genPrivateKey", &[Type::Text], |context, a| {
    let key = match a[0].as_str().unwrap_or_default() {
        "" | "rsa" => Key::rsa(context, "genPrivateKey", 4096)?,
        "ecdsa" => Key::Ec(elliptic(&mut world::random(context, "genPrivateKey")?)),
        "ed25519" => {
            let seed = world::random(context, "genPrivateKey")?.bytes();
            Key::Ed(ed25519_dalek::SigningKey::from_bytes(&seed))
        }
        "dsa" => return Err("DSA keys are not supported yet".into()),
        other => return Ok(Value::text(format!("Unknown type {other}"))),
    };
    Ok(Value::text(key.pem()?))
})];

/// What a key of 1024 bits costs of the budget, some tens of milliseconds. The time grows with more than the square of the bits.
const RSA_STEPS: u64 = 75_000;

/// A private key.
pub(super) enum Key {
    Rsa(Box<RsaPrivateKey>),
    /// Of the curve P-256.
    Ec(p256::ecdsa::SigningKey),
    Ed(ed25519_dalek::SigningKey),
}

/// 1.2.840.113549.1.1.1
pub(super) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.113549.1.1.11
const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
/// 1.2.840.10045.2.1
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// 1.2.840.10045.3.1.7
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// 1.2.840.10045.4.3.2
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/// 1.3.101.112
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const NULL: &[u8] = &[0x05, 0x00];

fn elliptic(random: &mut Random) -> p256::ecdsa::SigningKey {
    loop {
        let bytes: [u8; 32] = random.bytes();
        if let Ok(key) = p256::ecdsa::SigningKey::from_bytes(&bytes.into()) {
            return key;
        }
    }
}

impl Key {
    /// A new RSA key of so many bits.
    pub(super) fn rsa(context: &mut Context<'_>, function: &'static str, bits: usize) -> Result<Key, Failure> {
        context.spend(RSA_STEPS * (bits as u64 / 1024).pow(2))?;
        let mut random = world::random(context, function)?;
        loop {
            let (p, q) = (prime(&mut random, bits / 2), prime(&mut random, bits / 2));
            // Now and then the exponent has no inverse.
            if let Ok(key) = RsaPrivateKey::from_p_q(p, q, BigUint::from(65_537_u32)) {
                return Ok(Key::Rsa(Box::new(key)));
            }
            context.spend(RSA_STEPS)?;
        }
    }

    /// As Go writes it: RSA and elliptic keys in their own forms, others as PKCS#8.
    pub(super) fn pem(&self) -> Result<String, Failure> {
        Ok(match self {
            Key::Rsa(key) => {
                let der = key.to_pkcs1_der().map_err(|error| Failure::from(error.to_string()))?;
                der::pem("RSA PRIVATE KEY", der.as_bytes())
            }
            Key::Ec(key) => {
                let public = der::bits(key.verifying_key().to_encoded_point(false).as_bytes());
                let secret = tlv(OCTET_STRING, &key.to_bytes());
                let (curve, public) = (nested(0xa0, &[&tlv(OID, P256)]), nested(0xa1, &[&public]));
                der::pem("EC PRIVATE KEY", &nested(SEQUENCE, &[&[0x02, 0x01, 0x01], &secret, &curve, &public]))
            }
            Key::Ed(key) => {
                let seed = tlv(OCTET_STRING, &tlv(OCTET_STRING, key.as_bytes()));
                let algorithm = nested(SEQUENCE, &[&tlv(OID, ED25519)]);
                der::pem("PRIVATE KEY", &nested(SEQUENCE, &[&[0x02, 0x01, 0x00], &algorithm, &seed]))
            }
        })
    }

    /// Reads what `pem` wrote, and PKCS#8 of all kinds.
    pub(super) fn read(pem: &str) -> Result<Key, String> {
        let (label, der) = der::read_pem(pem).ok_or("no PEM data in input")?;
        if label == "PRIVATE KEY" {
            return from_pkcs8(&der).ok_or_else(|| "decoding PEM as PKCS#8: it is malformed".to_owned());
        }
        match label.strip_suffix(" PRIVATE KEY") {
            Some("RSA") => match RsaPrivateKey::from_pkcs1_der(&der) {
                Ok(key) => Ok(Key::Rsa(Box::new(key))),
                Err(error) => Err(format!("parsing RSA private key from PEM: {error}")),
            },
            Some("EC") => from_sec1(&der).ok_or_else(|| "parsing EC private key from PEM: it is malformed".to_owned()),
            Some("DSA") => Err("DSA keys are not supported yet".to_owned()),
            Some(other) => Err(format!("invalid private key type {other}")),
            None => Err(format!("no private key data in PEM block of type {label}")),
        }
    }

    /// The public key with its algorithm, and the bits of it that name it.
    pub(super) fn public(&self) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        let (algorithm, key) = match self {
            Key::Rsa(key) => {
                let der = key.to_public_key().to_pkcs1_der().map_err(|error| Failure::from(error.to_string()))?;
                (nested(SEQUENCE, &[&tlv(OID, RSA), NULL]), der.as_bytes().to_vec())
            }
            Key::Ec(key) => {
                let point = key.verifying_key().to_encoded_point(false).as_bytes().to_vec();
                (nested(SEQUENCE, &[&tlv(OID, EC), &tlv(OID, P256)]), point)
            }
            Key::Ed(key) => (nested(SEQUENCE, &[&tlv(OID, ED25519)]), key.verifying_key().as_bytes().to_vec()),
        };
        Ok((nested(SEQUENCE, &[&algorithm, &der::bits(&key)]), key))
    }

    /// The algorithm that this key signs with.
    pub(super) fn algorithm(&self) -> Vec<u8> {
        match self {
            Key::Rsa(_) => nested(SEQUENCE, &[&tlv(OID, RSA_SHA256), NULL]),
            Key::Ec(_) => nested(SEQUENCE, &[&tlv(OID, ECDSA_SHA256)]),
            Key::Ed(_) => nested(SEQUENCE, &[&tlv(OID, ED25519)]),
        }
    }

    /// The signature of a message.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Failure> {
        Ok(match self {
            Key::Rsa(key) => {
                let digest = Sha256::digest(message);
                // What goes before a SHA-256 in a signature (RFC 8017, 9.2).
                let prefix = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
                let scheme = rsa::Pkcs1v15Sign { hash_len: Some(32), prefix: Box::from(prefix.as_slice()) };
                key.sign(scheme, &digest).map_err(|error| format!("error creating certificate: {error}"))?
            }
            Key::Ec(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().to_vec()
            }
            Key::Ed(key) => key.sign(message).to_vec(),
        })
    }
}

fn from_sec1(der: &[u8]) -> Option<Key> {
    let parts = der::read_all(der::read(der)?.content)?;
    let secret = parts.get(1).filter(|part| part.tag == OCTET_STRING)?.content;
    p256::ecdsa::SigningKey::from_slice(secret).ok().map(Key::Ec)
}

fn from_pkcs8(der: &[u8]) -> Option<Key> {
    let parts = der::read_all(der::read(der)?.content)?;
    let algorithm = der::read(parts.get(1)?.content)?.content;
    let secret = parts.get(2).filter(|part| part.tag == OCTET_STRING)?.content;
    match algorithm {
        RSA => RsaPrivateKey::from_pkcs1_der(secret).ok().map(|key| Key::Rsa(Box::new(key))),
        EC => from_sec1(secret),
        ED25519 => {
            let seed: [u8; 32] = der::read(secret)?.content.try_into().ok()?;
            Some(Key::Ed(ed25519_dalek::SigningKey::from_bytes(&seed)))
        }
        _ => None,
    }
}
