//! Primes for RSA and DSA keys, made of the world's seed. Candidates with small factors are sieved out first, so that few powers are computed.

use rsa::BigUint;

use crate::cluster::world::Random;

/// Factors up to here are sieved out.
const SMALL: u32 = 1 << 15;
/// How many small primes a candidate is divided by that is not sieved with others.
const FEW: usize = 500;
/// How many candidates are sieved at once: among as many, there is nearly always a prime.
const WINDOW: usize = 1 << 13;
/// Rounds of Miller and Rabin for a candidate that passed the first; of random numbers this large, far fewer would do.
const ROUNDS: u32 = 10;

/// A prime of so many bits, of which the upper two are set, so that a product of two has twice as many.
pub(super) fn prime(random: &mut Random, bits: usize) -> BigUint {
    let small = small_primes();
    let mut bytes = vec![0; bits / 8];
    loop {
        random.fill(&mut bytes);
        if let Some(first) = bytes.first_mut() {
            *first |= 0xc0;
        }
        if let Some(last) = bytes.last_mut() {
            *last |= 1;
        }
        let start = BigUint::from_bytes_be(&bytes);
        let candidates = sieved(&bytes, &small).into_iter().map(|step| &start + step * 2);
        if let Some(prime) = candidates.take_while(|c| c.bits() == bits).find(|c| is_prime(c, random)) {
            return prime;
        }
    }
}

/// Two primes of so many bits, of which the smaller one divides the larger one less 1 (Go: `dsa.GenerateParameters`).
pub(super) fn pair(random: &mut Random, bits: usize, fewer: usize) -> (BigUint, BigUint) {
    let small: Vec<u32> = small_primes().into_iter().take(FEW).collect();
    let one = BigUint::from(1_u32);
    let mut bytes = vec![0; bits / 8];
    loop {
        let divisor = prime(random, fewer);
        let step = &divisor * 2_u32;
        for _ in 0..4 * bits {
            random.fill(&mut bytes);
            if let Some(first) = bytes.first_mut() {
                *first |= 0x80;
            }
            let start = BigUint::from_bytes_be(&bytes);
            let candidate = &start - &start % &step + &one;
            let bytes = candidate.to_bytes_be();
            let may_be_prime = candidate.bits() == bits && small.iter().all(|prime| rest(&bytes, *prime) != 0);
            if may_be_prime && is_prime(&candidate, random) {
                return (candidate, divisor);
            }
        }
    }
}

/// What is left of a number that is divided by a small one.
fn rest(number: &[u8], divisor: u32) -> u64 {
    number.iter().fold(0, |rest, byte| (rest << 8 | u64::from(*byte)) % u64::from(divisor))
}

/// All odd primes up to the limit.
fn small_primes() -> Vec<u32> {
    let mut is_composite = vec![false; SMALL as usize];
    let mut primes = Vec::new();
    for number in 2..SMALL {
        if is_composite[number as usize] {
            continue;
        }
        primes.push(number);
        for multiple in (number.saturating_mul(number)..SMALL).step_by(number as usize) {
            is_composite[multiple as usize] = true;
        }
    }
    primes.remove(0);
    primes
}

/// The steps of two from a number at which no small prime divides.
fn sieved(start: &[u8], small: &[u32]) -> Vec<u32> {
    let mut is_composite = vec![false; WINDOW];
    for &prime in small {
        let rest = rest(start, prime);
        // The first step at which `start + 2 * step` is a multiple.
        let missing = (u64::from(prime) - rest) % u64::from(prime);
        let step = if missing.is_multiple_of(2) { missing / 2 } else { (missing + u64::from(prime)) / 2 };
        let first = usize::try_from(step).unwrap_or(WINDOW);
        is_composite.iter_mut().skip(first).step_by(prime as usize).for_each(|mark| *mark = true);
    }
    let steps = is_composite.iter().zip(0_u32..).filter(|(is_composite, _)| !**is_composite);
    steps.map(|(_, step)| step).collect()
}

/// Whether 2 to the power of `candidate - 1` leaves 1: by Montgomery's multiplication, as nearly all the time goes here.
fn is_likely_prime(candidate: &BigUint) -> bool {
    let modulus = limbs(candidate);
    let one = {
        let whole = BigUint::from(1_u32) << (64 * modulus.len());
        let mut one = limbs(&(whole % candidate));
        one.resize(modulus.len(), 0);
        one
    };
    // Newton's steps to the inverse of the lowest limb.
    let lowest = modulus[0];
    let inverse = (0..6).fold(1_u64, |x, _| x.wrapping_mul(2_u64.wrapping_sub(lowest.wrapping_mul(x))));
    let factor = inverse.wrapping_neg();
    let exponent = candidate - BigUint::from(1_u32);
    let mut power = one.clone();
    let mut room = vec![0; modulus.len() + 2];
    for byte in exponent.to_bytes_be() {
        for bit in (0..8).rev() {
            square(&mut power, &modulus, factor, &mut room);
            if byte >> bit & 1 == 1 {
                double(&mut power, &modulus);
            }
        }
    }
    power == one
}

/// The digits in base 2⁶⁴, the lowest first.
fn limbs(number: &BigUint) -> Vec<u64> {
    let bytes = number.to_bytes_le();
    bytes.chunks(8).map(|chunk| chunk.iter().rev().fold(0, |limb, byte| limb << 8 | u64::from(*byte))).collect()
}

/// Takes the modulus away once, if the number with its highest digit is not smaller.
fn reduce(number: &mut [u64], highest: u64, modulus: &[u64]) {
    if highest == 0 && number.iter().rev().lt(modulus.iter().rev()) {
        return;
    }
    let mut borrow = false;
    for (digit, other) in number.iter_mut().zip(modulus) {
        let (difference, below) = digit.overflowing_sub(*other);
        let (difference, below_again) = difference.overflowing_sub(u64::from(borrow));
        (*digit, borrow) = (difference, below || below_again);
    }
}

fn double(number: &mut [u64], modulus: &[u64]) {
    let mut carry = 0;
    for digit in number.iter_mut() {
        (*digit, carry) = (*digit << 1 | carry, *digit >> 63);
    }
    reduce(number, carry, modulus);
}

/// `number * number / 2^(64 n) mod modulus` (Koç: coarsely integrated operand scanning).
#[allow(clippy::cast_possible_truncation, reason = "the low half is meant")]
fn square(number: &mut [u64], modulus: &[u64], factor: u64, room: &mut [u64]) {
    let count = modulus.len();
    room.fill(0);
    for &digit in number.iter() {
        let mut carry = 0_u128;
        for (sum, other) in room.iter_mut().zip(number.iter()) {
            carry += u128::from(*sum) + u128::from(digit) * u128::from(*other);
            (*sum, carry) = (carry as u64, carry >> 64);
        }
        carry += u128::from(room[count]);
        (room[count], room[count + 1]) = (carry as u64, (carry >> 64) as u64);
        let quotient = room[0].wrapping_mul(factor);
        carry = (u128::from(room[0]) + u128::from(quotient) * u128::from(modulus[0])) >> 64;
        for at in 1..count {
            carry += u128::from(room[at]) + u128::from(quotient) * u128::from(modulus[at]);
            (room[at - 1], carry) = (carry as u64, carry >> 64);
        }
        carry += u128::from(room[count]);
        room[count - 1] = carry as u64;
        room[count] = room[count + 1] + (carry >> 64) as u64;
    }
    number.copy_from_slice(&room[..count]);
    reduce(number, room[count], modulus);
}

/// The test of Fermat with 2, which nearly all others fail, then that of Miller and Rabin with random bases.
fn is_prime(candidate: &BigUint, random: &mut Random) -> bool {
    let one = BigUint::from(1_u32);
    let minus_one = candidate - &one;
    let twos = minus_one.trailing_zeros().unwrap_or_default();
    let odd = &minus_one >> twos;
    let passes = |base: &BigUint| {
        let mut power = base.modpow(&odd, candidate);
        if power == one || power == minus_one {
            return true;
        }
        for _ in 1..twos {
            power = &power * &power % candidate;
            if power == minus_one {
                return true;
            }
        }
        false
    };
    is_likely_prime(candidate) && (0..ROUNDS).all(|_| passes(&BigUint::from(u64::from_be_bytes(random.bytes()) | 4)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_told_from_other_numbers() {
        // 2^255 - 19 is a prime, and there is none between it and 2^255.
        for (below, expected) in [(1_u32, false), (3, false), (9, false), (17, false), (19, true)] {
            let number = (BigUint::from(1_u32) << 255) - BigUint::from(below);
            assert_eq!(is_likely_prime(&number), expected, "2^255 - {below}");
        }
        let odd = (3_u32..2000).step_by(2).filter(|number| is_likely_prime(&BigUint::from(*number)));
        // With the pseudoprimes 341, 561, 645, 1105, 1387, 1729, 1905.
        assert_eq!(odd.count(), 302 + 7);
    }

    #[test]
    fn one_prime_of_a_pair_divides_the_other_one_less_one() {
        let mut random = crate::cluster::world::World::new("test", 0, [7; 32]).draw("genPrivateKey", None);
        let (larger, smaller) = pair(&mut random, 512, 160);
        assert_eq!((larger.bits(), smaller.bits()), (512, 160));
        assert_eq!(&larger % &smaller, BigUint::from(1_u32));
        assert!(is_likely_prime(&larger) && is_likely_prime(&smaller));
    }
}
