//! How the service and its reading child speak: frames of one tag byte, a length (four bytes, big end
//! first) and so many bytes. The child says it is ready, takes files, gives answers. Knows nothing of
//! what is in a frame.

use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Child to parent, once: what limits hold, JSON.
pub const READY: u8 = b'R';
/// Parent to child, before any file: the trust anchors, one behind the other.
pub const ANCHORS: u8 = b'T';
/// Parent to child: the bytes of a file.
pub const FILE: u8 = b'F';
/// Child to parent, one a file: its facts, JSON.
pub const ANSWER: u8 = b'A';

/// A tag and a length.
const HEAD_BYTES: usize = 5;

fn head(tag: u8, length: usize) -> io::Result<[u8; HEAD_BYTES]> {
    let [a, b, c, d] = u32::try_from(length).map_err(|_| too_long())?.to_be_bytes();
    Ok([tag, a, b, c, d])
}

fn length_of([_, a, b, c, d]: [u8; HEAD_BYTES], bytes_max: u64) -> io::Result<u64> {
    let length = u64::from(u32::from_be_bytes([a, b, c, d]));
    if length > bytes_max { Err(too_long()) } else { Ok(length) }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a frame is too long")
}

/// Writes one frame, in the child.
///
/// # Errors
/// The pipe's.
pub fn send(to: &mut impl Write, tag: u8, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&head(tag, bytes.len())?)?;
    to.write_all(bytes)?;
    to.flush()
}

/// Reads one frame, in the child; none when the other end has closed.
///
/// # Errors
/// The pipe's; a frame over `bytes_max`, or cut off.
pub fn receive(from: &mut impl Read, bytes_max: u64) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut head = [0; HEAD_BYTES];
    if from.read(&mut head[..1])? == 0 {
        return Ok(None);
    }
    from.read_exact(&mut head[1..])?;
    let length = length_of(head, bytes_max)?;
    // Room for what really comes, not for what is announced.
    let mut bytes = Vec::new();
    if from.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some((head[0], bytes)))
}

/// Writes one frame, in the parent.
///
/// # Errors
/// The pipe's.
pub async fn send_async(to: &mut (impl AsyncWrite + Unpin), tag: u8, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&head(tag, bytes.len())?).await?;
    to.write_all(bytes).await?;
    to.flush().await
}

/// Reads the body of one frame that must have this tag, in the parent.
///
/// # Errors
/// The pipe's; another tag, a frame over `bytes_max`, or cut off.
pub async fn receive_async(from: &mut (impl AsyncRead + Unpin), tag: u8, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut head = [0; HEAD_BYTES];
    from.read_exact(&mut head).await?;
    if head[0] != tag {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "another frame was due"));
    }
    let length = length_of(head, bytes_max)?;
    let mut bytes = Vec::new();
    if from.take(length).read_to_end(&mut bytes).await? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_as_it_was_written() {
        let mut pipe = Vec::new();
        send(&mut pipe, FILE, b"%PDF-").unwrap();
        send(&mut pipe, ANSWER, b"").unwrap();
        let mut from = pipe.as_slice();
        assert_eq!(receive(&mut from, 5).unwrap(), Some((FILE, b"%PDF-".to_vec())));
        assert_eq!(receive(&mut from, 5).unwrap(), Some((ANSWER, Vec::new())));
        assert_eq!(receive(&mut from, 5).unwrap(), None);
    }

    #[test]
    fn a_frame_too_long_or_cut_off_is_refused() {
        let mut pipe = Vec::new();
        send(&mut pipe, FILE, b"123456").unwrap();
        assert!(receive(&mut pipe.as_slice(), 5).is_err());
        for end in 1..pipe.len() {
            assert!(receive(&mut &pipe[..end], 6).is_err(), "{end}");
        }
    }
}
