//! Bytes that nobody can guess, of the generator that TLS uses, too.

use rustls::crypto::{GetRandomFailed, ring};

/// Random bytes.
///
/// # Errors
/// The system gives none.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], GetRandomFailed> {
    let mut bytes = [0; N];
    ring::default_provider().secure_random.fill(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::random_bytes;

    #[test]
    fn no_two_are_the_same() {
        let [one, other] = [(); 2].map(|()| random_bytes::<32>().expect("random bytes"));
        assert_ne!(one, other);
    }
}
