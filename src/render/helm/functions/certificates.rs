//! `genCA`, `genSignedCert` and their relatives (sprig: `crypto.go`; Go: `x509.CreateCertificate`).

use std::any::Any;
use std::net::IpAddr;
use std::rc::Rc;

use seatrial_golang::time::{Time, Zone};
use seatrial_gotemplate::{Context, Data, Failure, Function, Object, Type, Value};
use sha2::{Digest as _, Sha256};

use super::der::{self, OCTET_STRING, OID, SEQUENCE, SET, nested, tlv};
use super::encodings::decode_64;
use super::keys::Key;
use crate::cluster::world;

const CERTIFICATE: Type = Type::Object("sprig.certificate");
/// The size of the keys that are made for certificates.
const BITS: usize = 2048;

/// The functions of this file.
pub(crate) const FUNCTIONS: &[Function] = &[
    Function::new("genCA", &[Type::Text, Type::Int], |context, a| {
        let key = Key::rsa(context, "genCA", BITS)?;
        authority(context, &a[0], &a[1], &key)
    }),
    Function::new("genCAWithKey", &[Type::Text, Type::Int, Type::Text], |context, a| {
        let key = given_key(&a[2])?;
        authority(context, &a[0], &a[1], &key)
    }),
    Function::new("genSelfSignedCert", &[Type::Text, Type::List, Type::List, Type::Int], |context, a| {
        let key = Key::rsa(context, "genSelfSignedCert", BITS)?;
        signed(context, a, &key, None)
    }),
    Function::new(
        "genSelfSignedCertWithKey",
        &[Type::Text, Type::List, Type::List, Type::Int, Type::Text],
        |context, a| {
            let key = given_key(&a[4])?;
            signed(context, a, &key, None)
        },
    ),
    Function::new("genSignedCert", &[Type::Text, Type::List, Type::List, Type::Int, CERTIFICATE], |context, a| {
        let key = Key::rsa(context, "genSignedCert", BITS)?;
        signed(context, a, &key, Some(&a[4]))
    }),
    Function::new(
        "genSignedCertWithKey",
        &[Type::Text, Type::List, Type::List, Type::Int, CERTIFICATE, Type::Text],
        |context, a| {
            let key = given_key(&a[5])?;
            signed(context, a, &key, Some(&a[4]))
        },
    ),
    Function::new("buildCustomCert", &[Type::Text, Type::Text], |_, a| custom(&a[0], &a[1])),
];

/// `sprig.certificate`
#[derive(Debug)]
struct Certificate {
    cert: String,
    key: String,
}

impl Object for Certificate {
    fn type_name(&self) -> &'static str {
        "sprig.certificate"
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(Value::text(self.cert.as_str())),
            "Key" => Some(Value::text(self.key.as_str())),
            _ => None,
        }
    }

    fn printed(&self) -> String {
        format!("{{{} {}}}", self.cert, self.key)
    }

    fn plain(&self) -> Value {
        Value::map(self.ordered().unwrap_or_default().into_iter().collect())
    }

    fn ordered(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(vec![("Cert", Value::text(self.cert.as_str())), ("Key", Value::text(self.key.as_str()))])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn given_key(value: &Value) -> Result<Key, Failure> {
    Key::read(value.as_str().unwrap_or_default()).map_err(|error| format!("parsing private key: {error}").into())
}

/// What a certificate says.
struct Template<'t> {
    name: &'t str,
    ips: Vec<IpAddr>,
    hosts: Vec<String>,
    serial: [u8; 16],
    from: Time,
    until: Time,
    is_authority: bool,
}

/// Who signs.
struct Signer<'k> {
    key: &'k Key,
    subject: Vec<u8>,
    /// The name of its key.
    key_id: Option<Vec<u8>>,
}

impl<'t> Template<'t> {
    fn new(context: &mut Context<'_>, name: &'t Value, days: &Value) -> Result<Template<'t>, Failure> {
        let days = days.as_int().unwrap_or_default();
        let from = Time { nanoseconds: world::now(context, "genCert")?, zone: Zone::utc() };
        Ok(Template {
            name: name.as_str().unwrap_or_default(),
            ips: Vec::new(),
            hosts: Vec::new(),
            serial: world::random(context, "genCert")?.bytes(),
            until: from.plus(days.wrapping_mul(86_400_000_000_000)),
            from,
            is_authority: false,
        })
    }

    fn subject(&self) -> Vec<u8> {
        if self.name.is_empty() {
            return nested(SEQUENCE, &[]);
        }
        let is_printable = |b: u8| b.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(&b);
        let tag = if self.name.bytes().all(is_printable) { 0x13 } else { 0x0c };
        let pair = nested(SEQUENCE, &[&tlv(OID, &[0x55, 0x04, 0x03]), &tlv(tag, self.name.as_bytes())]);
        nested(SEQUENCE, &[&nested(SET, &[&pair])])
    }

    fn extensions(&self, own_id: Option<&[u8]>, signer: &Signer<'_>) -> Vec<u8> {
        let mut all = Vec::new();
        let usage: &[u8] = if self.is_authority { &[0x02, 0xa4] } else { &[0x05, 0xa0] };
        all.push(extension(15, true, &tlv(der::BIT_STRING, usage)));
        let server = tlv(OID, &[0x2b, 6, 1, 5, 5, 7, 3, 1]);
        let client = tlv(OID, &[0x2b, 6, 1, 5, 5, 7, 3, 2]);
        all.push(extension(37, false, &nested(SEQUENCE, &[&server, &client])));
        let authority: &[u8] = if self.is_authority { &[0x01, 0x01, 0xff] } else { &[] };
        all.push(extension(19, true, &tlv(SEQUENCE, authority)));
        if let Some(id) = own_id {
            all.push(extension(14, false, &tlv(OCTET_STRING, id)));
        }
        if let Some(id) = signer.key_id.as_ref().filter(|_| signer.subject != self.subject()) {
            all.push(extension(35, false, &nested(SEQUENCE, &[&tlv(0x80, id)])));
        }
        if !(self.ips.is_empty() && self.hosts.is_empty()) {
            let hosts = self.hosts.iter().map(|host| tlv(0x82, host.as_bytes()));
            let ips = self.ips.iter().map(|ip| match ip {
                IpAddr::V4(ip) => tlv(0x87, &ip.octets()),
                IpAddr::V6(ip) => tlv(0x87, &ip.octets()),
            });
            let names: Vec<Vec<u8>> = hosts.chain(ips).collect();
            all.push(extension(17, self.name.is_empty(), &tlv(SEQUENCE, &names.concat())));
        }
        nested(0xa3, &[&tlv(SEQUENCE, &all.concat())])
    }

    /// The certificate for a key.
    fn issued(&self, key: &Key, signer: &Signer<'_>) -> Result<Value, Failure> {
        let (public, bits) = key.public()?;
        let own_id = self.is_authority.then(|| Sha256::digest(&bits).iter().copied().take(20).collect::<Vec<u8>>());
        let algorithm = signer.key.algorithm()?;
        let signed = nested(
            SEQUENCE,
            &[
                &[0xa0, 0x03, 0x02, 0x01, 0x02],
                &der::integer(&self.serial),
                &algorithm,
                &signer.subject,
                &nested(SEQUENCE, &[&time(&self.from), &time(&self.until)]),
                &self.subject(),
                &public,
                &self.extensions(own_id.as_deref(), signer),
            ],
        );
        let signature = signer.key.sign(&signed)?;
        let whole = nested(SEQUENCE, &[&signed, &algorithm, &der::bits(&signature)]);
        let certificate = Certificate { cert: der::pem("CERTIFICATE", &whole), key: key.pem()? };
        Ok(Value::object(Rc::new(certificate)))
    }
}

/// An extension under 2.5.29.
fn extension(number: u8, is_critical: bool, content: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if is_critical { &[0x01, 0x01, 0xff] } else { &[] };
    nested(SEQUENCE, &[&tlv(OID, &[0x55, 0x1d, number]), critical, &tlv(OCTET_STRING, content)])
}

fn time(time: &Time) -> Vec<u8> {
    if (1950..2050).contains(&time.civil().year) {
        return tlv(0x17, format!("{}Z", time.format("060102150405")).as_bytes());
    }
    tlv(0x18, format!("{}Z", time.format("20060102150405")).as_bytes())
}

fn authority(context: &mut Context<'_>, name: &Value, days: &Value, key: &Key) -> Result<Value, Failure> {
    let template = Template { is_authority: true, ..Template::new(context, name, days)? };
    template.issued(key, &Signer { key, subject: template.subject(), key_id: None })
}

fn signed(context: &mut Context<'_>, a: &[Value], key: &Key, by: Option<&Value>) -> Result<Value, Failure> {
    let signer = by.map(read_signer).transpose()?;
    let mut template = Template::new(context, &a[0], &a[3])?;
    for ip in a[1].as_list().into_iter().flat_map(|list| list.items()) {
        let Some(text) = ip.as_str() else {
            return Err(format!("error parsing ip: {} is not a string", context.print(ip)?.as_str()).into());
        };
        template.ips.push(text.parse().map_err(|_| Failure::from(format!("error parsing ip: {text}")))?);
    }
    for host in a[2].as_list().into_iter().flat_map(|list| list.items()) {
        let Data::Text(text) = &host.data else {
            let shown = context.print(host)?;
            let shown = shown.as_str();
            return Err(format!("error processing alternate dns name: {shown} is not a string").into());
        };
        template.hosts.push(text.as_str().to_owned());
    }
    match signer {
        None => template.issued(key, &Signer { key, subject: template.subject(), key_id: None }),
        Some((by, subject, key_id)) => template.issued(key, &Signer { key: &by, subject, key_id }),
    }
}

/// The key, the subject and the key's name of a certificate that signs.
type Issuer = (Key, Vec<u8>, Option<Vec<u8>>);

fn read_signer(value: &Value) -> Result<Issuer, Failure> {
    let certificate = value.downcast::<Certificate>().ok_or("unable to decode certificate")?;
    let (_, der) = der::read_pem(&certificate.cert).ok_or("unable to decode certificate")?;
    let parts = parts(&der).ok_or("error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate")?;
    let key = Key::read(&certificate.key).map_err(|error| format!("error parsing private key: {error}"))?;
    Ok((key, parts.0, parts.1))
}

/// Subject and name of the key of a certificate.
fn parts(der: &[u8]) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    let outer = der::read(der).filter(|outer| outer.tag == SEQUENCE && outer.rest.is_empty())?;
    let fields = der::read_all(der::read(outer.content)?.content)?;
    let has_version = fields.first()?.tag == 0xa0;
    let subject = fields.get(4 + usize::from(has_version)).filter(|field| field.tag == SEQUENCE)?;
    let extensions = fields.iter().find(|field| field.tag == 0xa3);
    let extensions = extensions.and_then(|field| der::read_all(der::read(field.content)?.content)).unwrap_or_default();
    let key_id = extensions.iter().find_map(|extension| {
        let parts = der::read_all(extension.content)?;
        let is_key_id = parts.first()?.content == [0x55, 0x1d, 14];
        Some(der::read(parts.last()?.content)?.content.to_vec()).filter(|_| is_key_id)
    });
    Some((subject.whole.to_vec(), key_id))
}

fn custom(cert: &Value, key: &Value) -> Result<Value, Failure> {
    let decoded = |value: &Value, what: &str| {
        let bytes = decode_64(value.as_str().unwrap_or_default().as_bytes());
        let text = bytes.ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        text.ok_or_else(|| Failure::from(format!("unable to decode base64 {what}")))
    };
    let (cert, key) = (decoded(cert, "certificate")?, decoded(key, "private key")?);
    let (_, der) = der::read_pem(&cert).ok_or("unable to decode certificate")?;
    parts(&der).ok_or("error parsing certificate: decodedCert.Bytes: x509: malformed certificate")?;
    Key::read(&key).map_err(|error| format!("error parsing private key: {error}"))?;
    Ok(Value::object(Rc::new(Certificate { cert, key })))
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::Verifier as _;
    use rsa::pkcs1::DecodeRsaPublicKey as _;
    use seatrial_gotemplate::{Budget, Templates};

    use super::*;
    use crate::cluster::world::World;

    /// The certificate that a template makes, and the keys that it knows.
    fn made(template: &str) -> Vec<Vec<u8>> {
        let mut templates = Templates::new(&crate::functions::all());
        templates.parse("t", 0, template).expect("a template");
        let mut world = World::new("r", 1_700_000_000_000_000_000, [0; 32]);
        let rendered = templates.execute("t", Value::nil(), &mut Budget::default(), &mut world);
        let text = rendered.expect("rendered").text;
        let blocks = text.split("-----BEGIN ").skip(1).map(|block| format!("-----BEGIN {block}"));
        blocks.map(|block| der::read_pem(&block).expect("PEM").1).collect()
    }

    /// What is signed, the public key and the signature.
    fn taken_apart(certificate: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let parts = der::read_all(der::read(certificate).expect("DER").content).expect("DER");
        let fields = der::read_all(parts[0].content).expect("DER");
        let key = der::read_all(fields[6].content).expect("DER")[1].content[1..].to_vec();
        (parts[0].whole.to_vec(), key, parts[2].content[1..].to_vec())
    }

    #[test]
    fn a_certificate_is_signed_by_its_authority() {
        let chain = "{{ $ca := genCAWithKey \"ca\" 9 (genPrivateKey \"ecdsa\") }}{{ $ca.Cert }}\
                     {{ (genSignedCertWithKey \"x\" nil nil 9 $ca (genPrivateKey \"ed25519\")).Cert }}";
        let [authority, leaf] = made(chain).try_into().expect("two");
        let (_, key, _) = taken_apart(&authority);
        let (signed, _, signature) = taken_apart(&leaf);
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&key).expect("a key");
        let signature = p256::ecdsa::Signature::from_der(&signature).expect("a signature");
        assert!(key.verify(&signed, &signature).is_ok());
        assert_eq!(made(chain)[1], leaf, "the same input gives the same certificate");
        assert!(parts(&authority).expect("a certificate").1.is_some_and(|id| id.len() == 20));
    }

    #[test]
    fn an_rsa_certificate_is_signed_by_its_key() {
        let [certificate] = made("{{ (genCA \"ca\" 9).Cert }}").try_into().expect("one");
        let (signed, key, signature) = taken_apart(&certificate);
        let key = rsa::RsaPublicKey::from_pkcs1_der(&key).expect("a key");
        let prefix = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
        let scheme = rsa::Pkcs1v15Sign { hash_len: Some(32), prefix: Box::from(prefix.as_slice()) };
        assert!(key.verify(scheme, &Sha256::digest(&signed), &signature).is_ok());
    }
}
