//! Private keys: made of the world's seed, written and read as PEM (sprig: `crypto.go`).

use ed25519_dalek::Signer as _;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _, EncodeRsaPublicKey as _};
use rsa::signature::SignatureEncoding as _;
use rsa::{BigUint, RsaPrivateKey};
use seatrial_gotemplate::{Context, Failure, Function, Type, Value};
use sha2::{Digest as _, Sha256};

use super::der::{self, INTEGER, OCTET_STRING, OID, SEQUENCE, nested, tlv};
use super::primes::{pair, prime};
use crate::cluster::world::{self, Random};

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[Function::new("genPrivateKey", &[Type::Text], |context, a| {
    let key = match a[0].as_str().unwrap_or_default() {
        "" | "rsa" => Key::rsa(context, "genPrivateKey", 4096)?,
        "ecdsa" => Key::Ec(elliptic(&mut world::random(context, "genPrivateKey")?)),
        "ed25519" => {
            let seed = world::random(context, "genPrivateKey")?.bytes();
            Key::Ed(ed25519_dalek::SigningKey::from_bytes(&seed))
        }
        "dsa" => Key::dsa(context)?,
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
    Dsa(Box<DsaKey>),
}

/// A DSA key: like Go's, it can be written and read, but signs nothing.
pub(super) struct DsaKey {
    /// The numbers of its PEM: p, q, g, the public and the private one.
    numbers: [BigUint; 5],
}

impl DsaKey {
    /// A new key of 2048 and 256 bits (Go: `dsa.GenerateKey`).
    fn new(random: &mut Random) -> DsaKey {
        let one = BigUint::from(1_u32);
        let (p, q) = pair(random, 2048, 256);
        let exponent = (&p - &one) / &q;
        let mut powers = (2_u32..).map(|base| BigUint::from(base).modpow(&exponent, &p));
        let g = powers.find(|power| *power != one).unwrap_or_default();
        let secret = loop {
            let secret = BigUint::from_bytes_be(&random.bytes::<32>());
            if secret >= one && secret < q {
                break secret;
            }
        };
        let public = g.modpow(&secret, &p);
        DsaKey { numbers: [p, q, g, public, secret] }
    }

    fn read(der: &[u8]) -> Option<DsaKey> {
        let parts = der::read_all(der::read(der).filter(|whole| whole.tag == SEQUENCE)?.content)?;
        let (_version, numbers) = parts.split_first()?;
        let number = |part: &der::Read<'_>| (part.tag == INTEGER).then(|| BigUint::from_bytes_be(part.content));
        let numbers: Option<Vec<BigUint>> = numbers.iter().map(number).collect();
        Some(DsaKey { numbers: numbers?.try_into().ok()? })
    }

    fn der(&self) -> Vec<u8> {
        let numbers: Vec<Vec<u8>> = self.numbers.iter().map(|number| der::integer(&number.to_bytes_be())).collect();
        nested(SEQUENCE, &[&der::integer(&[0]), &numbers.concat()])
    }
}

/// What Go says of a certificate that is for a DSA key, or to be signed by one.
const SIGNS_NOTHING: &str =
    "error creating certificate: x509: certificate private key does not implement crypto.Signer";

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

    fn dsa(context: &mut Context<'_>) -> Result<Key, Failure> {
        context.spend(RSA_STEPS * 16)?;
        let mut random = world::random(context, "genPrivateKey")?;
        Ok(Key::Dsa(Box::new(DsaKey::new(&mut random))))
    }

    /// As Go writes it: Ed25519 keys as PKCS#8, others in their own forms.
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
            Key::Dsa(key) => der::pem("DSA PRIVATE KEY", &key.der()),
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
            Some("DSA") => {
                let key = DsaKey::read(&der).map(|key| Key::Dsa(Box::new(key)));
                key.ok_or_else(|| "parsing DSA private key from PEM: it is malformed".to_owned())
            }
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
            Key::Dsa(_) => return Err(SIGNS_NOTHING.into()),
        };
        Ok((nested(SEQUENCE, &[&algorithm, &der::bits(&key)]), key))
    }

    /// The algorithm that this key signs with.
    pub(super) fn algorithm(&self) -> Result<Vec<u8>, Failure> {
        Ok(match self {
            Key::Rsa(_) => nested(SEQUENCE, &[&tlv(OID, RSA_SHA256), NULL]),
            Key::Ec(_) => nested(SEQUENCE, &[&tlv(OID, ECDSA_SHA256)]),
            Key::Ed(_) => nested(SEQUENCE, &[&tlv(OID, ED25519)]),
            Key::Dsa(_) => return Err(SIGNS_NOTHING.into()),
        })
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
            Key::Dsa(_) => return Err(SIGNS_NOTHING.into()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dsa_key_is_read_as_it_was_written_and_signs_nothing() {
        let numbers = [23_u32, 11, 4, 18, 7].map(BigUint::from);
        let pem = Key::Dsa(Box::new(DsaKey { numbers: numbers.clone() })).pem().expect("PEM");
        let Ok(Key::Dsa(read)) = Key::read(&pem) else { panic!("{pem}") };
        assert_eq!(read.numbers, numbers);
        let Err(refusal) = Key::Dsa(read).public() else { panic!("it has no place in a certificate") };
        assert!(format!("{refusal:?}").contains("does not implement crypto.Signer"), "{refusal:?}");
        let cut = pem.replace("MBIC", "MBEC");
        assert!(Key::read(&cut).is_err_and(|error| error.contains("DSA private key from PEM")), "{cut}");
    }
}
