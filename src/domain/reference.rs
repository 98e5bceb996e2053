//! The reference people read out: ten Crockford base-32 characters without Z, the last a check character.
//!
//! # Why no Z
//! The check counts modulo 31, a prime, so that every single wrong character and every swap of neighbours
//! shows. With 32 characters two of them would count the same.

/// Characters without I, L, O, U and Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKMNPQRSTVWXY";
/// Characters before the check character.
const PAYLOAD: usize = 9;

/// The reference for 44 random bits or more.
pub fn reference(bits: u64) -> String {
    let mut left = bits;
    let mut text = vec![0; PAYLOAD];
    for digit in text.iter_mut().rev() {
        *digit = ALPHABET[(left % 31) as usize];
        left /= 31;
    }
    text.push(check(&text));
    text.iter().map(|b| char::from(*b)).collect()
}

/// The canonical form of a reference as people type it, or `None` where the check character is wrong.
/// Blanks and hyphens are skipped; `i`, `l` read as 1 and `o` as 0.
pub fn parse_reference(text: &str) -> Option<String> {
    let folded: Vec<u8> = text
        .bytes()
        .filter(|b| !b.is_ascii_whitespace() && *b != b'-')
        .map(|b| match b.to_ascii_uppercase() {
            b'I' | b'L' => b'1',
            b'O' => b'0',
            other => other,
        })
        .collect();
    let right = folded.len() == PAYLOAD + 1 && folded.iter().all(|b| ALPHABET.contains(b)) && check(&folded[..PAYLOAD]) == folded[PAYLOAD];
    right.then(|| folded.iter().map(|b| char::from(*b)).collect())
}

/// Weighted sum modulo 31: finds every single wrong character and every swap of neighbours.
fn check(payload: &[u8]) -> u8 {
    let value = |b: &u8| ALPHABET.iter().position(|a| a == b).unwrap_or(0);
    let sum: usize = payload.iter().enumerate().map(|(i, b)| (i + 2) * value(b)).sum();
    ALPHABET[sum % 31]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back_however_it_is_typed() {
        let r = reference(0x1234_5678_9abc);
        assert_eq!(parse_reference(&r).as_deref(), Some(r.as_str()));
        let typed = format!(" {}-{} ", &r[..5].to_lowercase(), &r[5..]);
        assert_eq!(parse_reference(&typed), Some(r));
    }

    #[test]
    fn one_wrong_character_is_found() {
        let r = reference(0x0fed_cba9_8765);
        for i in 0..PAYLOAD {
            let mut wrong = r.clone().into_bytes();
            wrong[i] = if wrong[i] == b'7' { b'8' } else { b'7' };
            assert_eq!(parse_reference(&String::from_utf8_lossy(&wrong)), None);
        }
    }
}
