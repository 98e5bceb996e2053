//! Files from strangers, kept by their SHA-256. What is answered as kept is on the disk, or in the bucket.
//!
//! A file can be read while it is still on its way there: a report that comes with a filing is read and
//! judged meanwhile, and only the commit waits for the disk.
//!
//! Not here: where files lie (`storage`), who owns one (the store) and what it says (`report`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::{BoxFuture, Shared};
use futures_util::{FutureExt, Stream, TryStreamExt};
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::storage::{self, Bucket};
use crate::fail_points::fails_at;

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: u64 = 50 * 1024 * 1024;
/// Most files of one request.
pub const FILES_PER_REQUEST_MAX: usize = 64;
/// Bytes of a file that are held in memory; a larger one is written as it comes.
const HELD_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a part in which a larger one goes to a bucket: no store takes smaller ones.
const PART_BYTES: usize = 5 * 1024 * 1024;
/// Parts of one file under way at once.
const PARTS_AT_ONCE: usize = 2;
/// Most files held in memory on their way to the disk, over all requests; the next waits.
pub const ARRIVING_MAX: usize = 64;
/// Bytes looked at to tell the media type.
const HEAD_BYTES: usize = 1024;

/// Why a file was not kept or not found.
#[derive(Clone, Debug, thiserror::Error)]
pub enum UploadError {
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("the file is larger than {FILE_BYTES_MAX} bytes")]
    TooLarge,
    /// No byte came.
    #[error("the file is empty")]
    Empty,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The bytes are not there.
    #[error("the bytes of {0} are not there")]
    Missing(String),
    /// The store of the bucket does not answer, or takes nothing from us; try again later.
    #[error("the store of files: {0}")]
    Away(String),
    /// Anything else.
    #[error("files: {0}")]
    Io(String),
}

impl From<object_store::Error> for UploadError {
    fn from(e: object_store::Error) -> Self {
        UploadError::of(&e)
    }
}

impl UploadError {
    /// A full disk, and a bucket that is away, are found however deep they are wrapped: a writer's error wraps the
    /// store's, which wraps the file's.
    fn of(e: &(dyn std::error::Error + 'static)) -> Self {
        let mut source = Some(e);
        while let Some(cause) = source {
            let io = cause.downcast_ref::<std::io::Error>();
            if io.is_some_and(|io| matches!(io.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)) {
                return UploadError::Full;
            }
            if cause.downcast_ref().is_some_and(storage::is_away) {
                return UploadError::Away(e.to_string());
            }
            // An I/O error keeps what it was made of to itself; it is no source.
            source = io.and_then(std::io::Error::get_ref).map(|within| within as &(dyn std::error::Error + 'static)).or(cause.source());
        }
        UploadError::Io(e.to_string())
    }
}

/// A file that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Size.
    pub bytes: i64,
    /// Media type by content.
    pub media_type: &'static str,
}

/// A file on its way to the disk; every clone ends when it is there, or cannot be.
pub type Arriving = Shared<BoxFuture<'static, Result<(), UploadError>>>;

/// The bytes of files on their way to the disk, and how often each is.
type OnTheWay = Arc<Mutex<HashMap<String, (Bytes, usize)>>>;

/// Where files are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Uploads {
    files: Arc<dyn ObjectStore>,
    on_the_way: OnTheWay,
    room: Arc<Semaphore>,
    /// Bytes in which a large file is written as it comes.
    part_bytes: usize,
}

impl Uploads {
    /// Files in a local folder, which must exist.
    ///
    /// # Errors
    /// [`UploadError::Io`]
    pub fn in_folder(folder: &std::path::Path) -> Result<Self, UploadError> {
        Ok(Self::at(storage::folder(folder)?, HELD_BYTES_MAX))
    }

    /// Files in a bucket. Whether it is there is found out by the first of them, or by [`Uploads::ping`].
    ///
    /// # Errors
    /// [`UploadError::Io`] where its keys or its address cannot be used.
    pub fn in_bucket(bucket: &Bucket) -> Result<Self, UploadError> {
        Ok(Self::at(bucket.open().map_err(|e| UploadError::Io(e.to_string()))?, PART_BYTES))
    }

    fn at(files: Arc<dyn ObjectStore>, part_bytes: usize) -> Self {
        Uploads { files, on_the_way: OnTheWay::default(), room: Arc::new(Semaphore::new(ARRIVING_MAX)), part_bytes }
    }

    /// A file about to come.
    pub fn begin(&self) -> Incoming {
        Incoming { uploads: self.clone(), hash: Sha256::new(), bytes: 0, head: Vec::new(), held: Vec::new(), spilled: None }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// [`UploadError::Missing`]
    pub async fn read(&self, sha256: &str) -> Result<Bytes, UploadError> {
        let coming = self.on_the_way.lock().unwrap_or_else(PoisonError::into_inner).get(sha256).map(|(bytes, _)| bytes.clone());
        if let Some(bytes) = coming {
            return Ok(bytes);
        }
        match self.files.get(&place(sha256)).await {
            Ok(found) => Ok(found.bytes().await?),
            Err(object_store::Error::NotFound { .. }) => Err(UploadError::Missing(sha256.to_owned())),
            Err(e) => Err(e.into()),
        }
    }

    /// The bytes of a file, part by part.
    ///
    /// # Errors
    /// [`UploadError::Missing`]
    pub async fn parts(&self, sha256: &str) -> Result<impl Stream<Item = Result<Bytes, UploadError>> + Send + Unpin + use<>, UploadError> {
        match self.files.get(&place(sha256)).await {
            Ok(found) => Ok(found.into_stream().map_err(UploadError::from)),
            Err(object_store::Error::NotFound { .. }) => Err(UploadError::Missing(sha256.to_owned())),
            Err(e) => Err(e.into()),
        }
    }

    /// Whether a file is there. A store that is not heard from is asked for nothing more: whoever waits would wait
    /// twice. One that will not say so is given the file again.
    async fn knows(&self, place: &Path) -> Result<bool, UploadError> {
        match self.files.head(place).await {
            Ok(_) => Ok(true),
            Err(e @ object_store::Error::Generic { .. }) => Err(e.into()),
            Err(_) => Ok(false),
        }
    }

    /// Whether files can be written: a byte is put and taken away again.
    ///
    /// # Errors
    /// [`UploadError::Full`], [`UploadError::Away`], [`UploadError::Io`]
    pub async fn ping(&self) -> Result<(), UploadError> {
        let probe = Path::from("incoming/probe");
        self.files.put(&probe, Bytes::from_static(b"1").into()).await?;
        match self.files.delete(&probe).await {
            // Another process that asks at the same time took it away.
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }
}

fn place(sha256: &str) -> Path {
    Path::from(format!("sha256/{}/{sha256}", &sha256[..2.min(sha256.len())]))
}

/// A file that is coming in. Dropped before [`Incoming::finish`], it leaves nothing behind.
pub struct Incoming {
    uploads: Uploads,
    hash: Sha256,
    bytes: u64,
    head: Vec<u8>,
    held: Vec<u8>,
    spilled: Option<(Path, BufWriter)>,
}

impl Incoming {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`UploadError::TooLarge`], [`UploadError::Full`], [`UploadError::Io`]
    pub async fn write(&mut self, part: Bytes) -> Result<(), UploadError> {
        self.bytes += part.len() as u64;
        if self.bytes > FILE_BYTES_MAX {
            return Err(UploadError::TooLarge);
        }
        self.hash.update(&part);
        if self.head.len() < HEAD_BYTES {
            let more = part.len().min(HEAD_BYTES - self.head.len());
            self.head.extend_from_slice(&part[..more]);
        }
        if self.spilled.is_none() && self.held.len() + part.len() <= HELD_BYTES_MAX {
            self.held.extend_from_slice(&part);
            return Ok(());
        }
        if self.spilled.is_none() {
            let path =
                Path::from(format!("incoming/{}", Uuid::from_bytes(crate::vault::random().map_err(|e| UploadError::Io(e.to_string()))?)));
            let writer = BufWriter::with_capacity(self.uploads.files.clone(), path.clone(), self.uploads.part_bytes)
                .with_max_concurrency(PARTS_AT_ONCE);
            self.spilled = Some((path, writer));
        }
        if let Some((_, writer)) = &mut self.spilled {
            if !self.held.is_empty() {
                writer.put(Bytes::from(std::mem::take(&mut self.held))).await?;
            }
            writer.put(part).await?;
        }
        Ok(())
    }

    /// Keeps the file; on return it is on the disk.
    ///
    /// # Errors
    /// [`UploadError::Empty`], [`UploadError::Full`], [`UploadError::Io`]
    pub async fn finish(self) -> Result<Kept, UploadError> {
        let (kept, arriving) = self.arrive().await?;
        arriving.await?;
        Ok(kept)
    }

    /// Keeps the file; it is on the disk when what is returned beside it has ended. It may be read before.
    ///
    /// # Errors
    /// [`UploadError::Empty`], [`UploadError::Full`], [`UploadError::Io`]
    pub async fn arrive(mut self) -> Result<(Kept, Arriving), UploadError> {
        if self.bytes == 0 {
            return Err(UploadError::Empty);
        }
        let sha256 = hex::encode(self.hash.finalize_reset());
        let place = place(&sha256);
        // Asked before it is taken: what was sent of it so far is taken back where this fails.
        let known = self.spilled.is_some() && self.uploads.knows(&place).await?;
        let arriving = match self.spilled.take() {
            None => self.uploads.put((sha256.clone(), place), Bytes::from(std::mem::take(&mut self.held))).await?,
            Some((path, mut writer)) => {
                if known {
                    writer.abort().await?;
                } else {
                    tokio::io::AsyncWriteExt::shutdown(&mut writer).await.map_err(|e| UploadError::of(&e))?;
                    self.uploads.files.rename(&path, &place).await?;
                }
                std::future::ready(Ok(())).boxed().shared()
            }
        };
        Ok((Kept { media_type: media_type(&self.head), bytes: i64::try_from(self.bytes).unwrap_or(i64::MAX), sha256 }, arriving))
    }
}

impl Drop for Incoming {
    /// A folder forgets by itself what was written to it and not finished; a bucket is told.
    fn drop(&mut self) {
        if let Some((_, mut writer)) = self.spilled.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move { writer.abort().await });
        }
    }
}

/// One file on its way; dropped, it is there or will not be.
struct OnItsWay {
    sha256: String,
    all: OnTheWay,
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, times)) = all.get_mut(&self.sha256) {
            *times -= 1;
            if *times == 0 {
                all.remove(&self.sha256);
            }
        }
    }
}

impl Uploads {
    /// Puts a file in a task of its own, so that it gets there although nobody waits any more.
    async fn put(&self, (sha256, place): (String, Path), bytes: Bytes) -> Result<Arriving, UploadError> {
        let room = self.room.clone().acquire_owned().await.map_err(|e| UploadError::Io(e.to_string()))?;
        let uploads = self.clone();
        let lock = || self.on_the_way.lock().unwrap_or_else(PoisonError::into_inner);
        lock().entry(sha256.clone()).or_insert_with(|| (bytes.clone(), 0)).1 += 1;
        let on_its_way = OnItsWay { sha256, all: self.on_the_way.clone() };
        let task = tokio::spawn(async move {
            let (_room, _on_its_way) = (room, on_its_way);
            let known = uploads.knows(&place).await?;
            if fails_at("files.put") {
                return Err(UploadError::Io("a test wants it".to_owned()));
            }
            let put = if known { Ok(()) } else { uploads.files.put(&place, bytes.into()).await.map(drop) };
            put.map_err(UploadError::from)
        });
        Ok(task.map(|ended| ended.unwrap_or_else(|e| Err(UploadError::Io(e.to_string())))).boxed().shared())
    }
}

/// The media type by the first bytes.
fn media_type(head: &[u8]) -> &'static str {
    const KNOWN: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"PK\x03\x04", "application/zip"),
    ];
    if head.windows(5).any(|w| w == b"%PDF-") {
        return "application/pdf";
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    KNOWN.iter().find(|(magic, _)| head.starts_with(magic)).map_or("application/octet-stream", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn keep(uploads: &Uploads, parts: &[Vec<u8>]) -> Result<Kept, UploadError> {
        let mut incoming = uploads.begin();
        for part in parts {
            incoming.write(Bytes::from(part.clone())).await?;
        }
        incoming.finish().await
    }

    #[tokio::test]
    async fn what_was_kept_is_read_back_small_or_large() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::in_folder(folder.path()).unwrap();
        let small = keep(&uploads, &[b"%PDF-1.7 small".to_vec()]).await.unwrap();
        assert_eq!((small.bytes, small.media_type), (14, "application/pdf"));
        let large: Vec<Vec<u8>> = (0..5_u8).map(|i| vec![i; 700_000]).collect();
        let kept = keep(&uploads, &large).await.unwrap();
        assert_eq!(uploads.read(&kept.sha256).await.unwrap(), Bytes::from(large.concat()));
        assert_eq!(keep(&uploads, &large).await.unwrap(), kept);
        assert!(matches!(uploads.read(&"0".repeat(64)).await, Err(UploadError::Missing(_))));
    }

    #[tokio::test]
    async fn a_file_is_read_while_it_is_on_its_way_and_forgotten_then() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::in_folder(folder.path()).unwrap();
        // Where files lie is no folder: none can be kept.
        std::fs::write(folder.path().join("sha256"), "").unwrap();
        let mut incoming = uploads.begin();
        incoming.write(Bytes::from_static(b"%PDF-1.7")).await.unwrap();
        let (kept, arriving) = incoming.arrive().await.unwrap();
        assert_eq!(uploads.read(&kept.sha256).await.unwrap(), Bytes::from_static(b"%PDF-1.7"), "from memory");
        assert!(matches!(arriving.await, Err(UploadError::Io(_))));
        assert!(uploads.read(&kept.sha256).await.is_err() && uploads.on_the_way.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_is_too_large_or_empty_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let uploads = Uploads::in_folder(folder.path()).unwrap();
        assert!(matches!(keep(&uploads, &[]).await, Err(UploadError::Empty)));
        let chunk = vec![0_u8; 10 * 1024 * 1024];
        assert!(matches!(keep(&uploads, &vec![chunk; 6]).await, Err(UploadError::TooLarge)));
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        let left: Vec<_> = walk(folder.path());
        assert!(left.is_empty(), "{left:?}");
    }

    fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() { all.extend(walk(&path)) } else { all.push(path) }
        }
        all
    }
}
